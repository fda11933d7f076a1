//! Pictures: their size, the smaller versions Telegram makes, and profile photos.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageReader, Limits, Rgb, RgbImage};

use crate::chance::{fold, mix};

/// A decoded and re-encoded picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// JPEG.
    pub bytes: Bytes,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Width and height, read from the header only.
#[must_use]
pub fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    image_reader(bytes)?.into_dimensions().ok()
}

fn image_reader(bytes: &[u8]) -> Option<ImageReader<Cursor<&[u8]>>> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.format().is_some().then_some(reader)
}

/// Decodes a picture of up to 40 megapixels.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = image_reader(bytes)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(200 * 1024 * 1024);
    limits.max_image_width = Some(10_000);
    limits.max_image_height = Some(10_000);
    reader.limits(limits);
    reader.decode().ok()
}

/// The versions of a photo that Telegram keeps: 90, 320, 800 and 1280 pixels on the longer side, none enlarged,
/// smallest first. All are JPEG. A picture that cannot be read gives nothing.
#[must_use]
pub fn photo_sizes(bytes: &[u8]) -> Vec<Picture> {
    let Some(picture) = read(bytes) else { return Vec::new() };
    let longest = picture.width().max(picture.height());
    let mut sides: Vec<u32> = [90, 320, 800, 1280].into_iter().filter(|side| *side < longest).collect();
    sides.push(longest.min(1280));
    sides.dedup();
    sides.into_iter().filter_map(|side| jpeg(&picture.thumbnail(side, side))).collect()
}

fn jpeg(picture: &DynamicImage) -> Option<Picture> {
    let mut bytes = Vec::new();
    let plain = picture.to_rgb8();
    plain.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 84)).ok()?;
    Some(Picture { bytes: bytes.into(), width: plain.width(), height: plain.height() })
}

/// A profile photo: two colours that follow from the name, blended.
#[must_use]
pub fn avatar(name: &str) -> Option<Picture> {
    let own = mix(fold(name), 3, 1);
    let channel = |at: u32| 60 + u8::try_from((own >> (at * 8)) & 0x7F).unwrap_or_default();
    let (from, to) = ([channel(0), channel(1), channel(2)], [channel(3), channel(4), channel(5)]);
    let picture = RgbImage::from_fn(160, 160, |x, y| {
        let part = (x + y) as f32 / 318.0;
        let blend = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * part) as u8;
        Rgb([blend(from[0], to[0]), blend(from[1], to[1]), blend(from[2], to[2])])
    });
    jpeg(&DynamicImage::ImageRgb8(picture))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_comes_in_several_sizes_none_enlarged() {
        let photo = crate::files::sample("photo").unwrap();
        let sizes = photo_sizes(&photo.bytes);
        assert!(sizes.len() >= 3);
        assert!(sizes.windows(2).all(|pair| pair[0].width < pair[1].width));
        assert!(photo_sizes(b"not a picture").is_empty());
    }
}
