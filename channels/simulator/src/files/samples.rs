//! Files that need not be brought along: photos, a sticker, a voice note, a film, documents.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

use super::store::NewFile;

/// A voice note of a few tones, Opus in Ogg, mono: recorded with the page of phones.
const VOICE: &[u8] = include_bytes!("../../assets/voice.ogg");
/// Two seconds of a sun over hills, H.264 in MP4, without sound.
const VIDEO: &[u8] = include_bytes!("../../assets/video.mp4");

/// The kinds there are.
#[cfg(test)]
const SAMPLES: [&str; 9] =
    ["photo", "photo2", "photo3", "sticker", "animation", "voice", "video", "document", "text"];

/// A sample by its kind: photo, photo2, photo3, sticker, animation, voice, video, document or text.
#[must_use]
pub fn sample(kind: &str) -> Option<NewFile> {
    let (name, mime, bytes, duration_s) = match kind {
        "photo" => ("beach.jpg", "image/jpeg", scene(1280, 853, 0)?, None),
        "photo2" => ("hills.jpg", "image/jpeg", scene(960, 1280, 1)?, None),
        "photo3" => ("night.jpg", "image/jpeg", scene(1280, 720, 2)?, None),
        "sticker" => ("sticker.webp", "image/webp", sticker()?, None),
        "animation" => ("wave.gif", "image/gif", animation()?, Some(1)),
        "voice" => ("voice.ogg", "audio/ogg; codecs=opus", Bytes::from_static(VOICE), Some(2)),
        "video" => ("sun.mp4", "video/mp4", Bytes::from_static(VIDEO), Some(2)),
        "document" => ("receipt.pdf", "application/pdf", pdf().into(), None),
        "text" => ("notes.txt", "text/plain", Bytes::from_static("Größe M, blau\nمقاس\n".as_bytes()), None),
        _ => return None,
    };
    Some(NewFile { name: Some(name.to_owned()), mime: mime.to_owned(), bytes, duration_s })
}

fn encode(picture: RgbaImage, format: ImageFormat) -> Option<Bytes> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgba8(picture);
    let written = match format {
        ImageFormat::Jpeg => picture.to_rgb8().write_to(&mut bytes, format),
        _ => picture.write_to(&mut bytes, format),
    };
    written.ok()?;
    Some(bytes.into_inner().into())
}

/// A sky with a sun over two lines of hills.
fn scene(width: u32, height: u32, which: usize) -> Option<Bytes> {
    const SKIES: [([f32; 3], [f32; 3], [f32; 3]); 3] = [
        ([88.0, 164.0, 214.0], [252.0, 226.0, 178.0], [232.0, 202.0, 150.0]),
        ([150.0, 190.0, 220.0], [245.0, 236.0, 214.0], [92.0, 138.0, 84.0]),
        ([24.0, 30.0, 62.0], [92.0, 74.0, 120.0], [30.0, 34.0, 48.0]),
    ];
    let (top, low, ground) = SKIES.get(which).copied()?;
    let (w, h) = (width as f32, height as f32);
    let picture = RgbaImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (x as f32 / w, y as f32 / h);
        let far = 0.62 + 0.05 * (fx * 7.0 + which as f32).sin();
        let near = 0.78 + 0.06 * (fx * 4.0 + 1.3).cos();
        let sun = ((fx - 0.7).powi(2) * (w / h).powi(2) + (fy - 0.3).powi(2)).sqrt();
        let at = |part: usize| {
            let value = |colour: [f32; 3]| colour.get(part).copied().unwrap_or_default();
            let sky = value(top) + (value(low) - value(top)) * fy * 1.4;
            if fy > near {
                value(ground)
            } else if fy > far {
                value(ground) * 0.6 + sky * 0.4
            } else if sun < 0.07 {
                250.0
            } else {
                sky
            }
        };
        Rgba([at(0) as u8, at(1) as u8, at(2) as u8, 255])
    });
    encode(picture, ImageFormat::Jpeg)
}

/// A face on a transparent ground, 512 by 512 as both platforms want it.
fn sticker() -> Option<Bytes> {
    let picture = RgbaImage::from_fn(512, 512, |x, y| {
        let (x, y) = (x as f32 - 256.0, y as f32 - 256.0);
        let round = |cx: f32, cy: f32, r: f32| ((x - cx).powi(2) + (y - cy).powi(2)).sqrt() < r;
        let smile = y > 40.0 && round(0.0, 20.0, 130.0) && !round(0.0, 0.0, 120.0);
        if round(-80.0, -60.0, 28.0) || round(80.0, -60.0, 28.0) || smile {
            Rgba([60, 40, 20, 255])
        } else if round(0.0, 0.0, 236.0) {
            Rgba([255, 200, 60, 255])
        } else {
            Rgba([0, 0, 0, 0])
        }
    });
    encode(picture, ImageFormat::WebP)
}

fn animation() -> Option<Bytes> {
    let mut bytes = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        encoder.set_repeat(image::codecs::gif::Repeat::Infinite).ok()?;
        for step in 0..8_u32 {
            let picture = RgbaImage::from_fn(160, 120, |x, y| {
                let wave = 60.0 + 30.0 * ((x as f32 / 25.0) + step as f32 * 0.785).sin();
                if (y as f32) > wave { Rgba([20, 120, 160, 255]) } else { Rgba([230, 240, 245, 255]) }
            });
            encoder.encode_frame(image::Frame::from_parts(picture, 0, 0, delay())).ok()?;
        }
    }
    Some(bytes.into())
}

fn delay() -> image::Delay {
    image::Delay::from_numer_denom_ms(90, 1)
}

/// A page that says "Receipt", with a correct cross-reference table.
fn pdf() -> String {
    let content = "BT /F1 24 Tf 72 720 Td (Receipt 2041) Tj 0 -36 Td (1 x Blue jacket, size M) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let table = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        pdf.push_str(&format!("{offset:010} 00000 n \n"));
    }
    pdf.push_str(&format!(
        "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    pdf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_can_be_made_and_pictures_can_be_read() {
        for kind in SAMPLES {
            let made = sample(kind).unwrap();
            assert!(!made.bytes.is_empty(), "{kind}");
            if made.mime.starts_with("image/") {
                assert!(super::super::picture::size_of(&made.bytes).is_some(), "{kind}");
            }
        }
        assert!(sample("film").is_none());
    }
}
