/** Colours that stay readable whatever accent the workspace chose (WCAG 2.2, 1.4.3). */

type Rgb = [number, number, number];

export function parse(hex: string): Rgb | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(hex);
  const full = short ? `#${short[1]}${short[1]}${short[2]}${short[2]}${short[3]}${short[3]}` : hex;
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(full);
  return match ? [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)] : null;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
}

const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [27, 30, 36];
const FALLBACK: Rgb = [11, 110, 105];

const css = (rgb: Rgb) => `rgb(${rgb.map(Math.round).join(' ')})`;
const mix = (a: Rgb, b: Rgb, t: number) => a.map((v, i) => v + ((b[i] as number) - v) * t) as Rgb;

/** White or ink, whichever reads better on `accent`. */
export function textOn(accent: Rgb): Rgb {
  return contrast(accent, WHITE) >= 4.5 || contrast(accent, WHITE) >= contrast(accent, INK) ? WHITE : INK;
}

/** `accent` moved towards `towards` until it reads on `surface` at 4.5 to 1. */
export function readable(accent: Rgb, surface: Rgb, towards: Rgb): Rgb {
  for (let t = 0; t < 1; t += 0.05) {
    const colour = mix(accent, towards, t);
    if (contrast(colour, surface) >= 4.5) return colour;
  }
  return towards;
}

/** The widget's three accent colours as CSS values, for a light or a dark surface. */
export function palette(hex: string, dark: boolean): { accent: string; on: string; link: string } {
  const accent = parse(hex) ?? FALLBACK;
  const on = textOn(accent);
  // A middling accent can miss 4.5 with both; it is then moved away from its text.
  const fill = readable(accent, on, on === WHITE ? INK : WHITE);
  const surface: Rgb = dark ? [34, 38, 45] : [240, 238, 233];
  return { accent: css(fill), on: css(on), link: css(readable(accent, surface, dark ? WHITE : INK)) };
}
