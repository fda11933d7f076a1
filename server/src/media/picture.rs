//! Looking into images: their size, and a small version without anything but its pixels.

use std::io::Cursor;
use std::time::Duration;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// Most pixels of an image that we show.
const PIXELS_MAX: u64 = 50_000_000;
/// Most memory one decoder may take.
const DECODE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The longer side of a thumbnail.
const THUMBNAIL_PIXELS: u32 = 480;
/// How long a decoder may take.
const DECODE_TIME: Duration = Duration::from_secs(5);

/// What was found in an image.
#[derive(Debug)]
pub(super) struct Picture {
    /// As shown, turned as its camera says.
    pub width: u32,
    /// As shown.
    pub height: u32,
    /// JPEG, or PNG where it is see-through.
    pub thumbnail: Vec<u8>,
}

/// The content is no image we want: broken, a bomb, too slow.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoPicture {
    #[error("the image cannot be decoded: {0}")]
    Undecodable(#[from] image::ImageError),
    #[error("the image cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error("the image has {0} pixels")]
    TooLarge(u64),
    #[error("the image would take {0} bytes of memory")]
    TooMuchMemory(u64),
    #[error("the image took too long")]
    TooSlow,
    #[error("the decoder stopped")]
    Stopped,
}

/// Decodes apart from the async workers, `at_once` bounding how many and how much memory; never longer than 5 s.
pub(super) async fn look_into(content: Bytes, at_once: &'static Semaphore) -> Result<Picture, NoPicture> {
    let permit = at_once.acquire().await.map_err(|_| NoPicture::Stopped)?;
    let decoding = tokio::task::spawn_blocking(move || {
        let picture = decode(&content);
        drop(permit); // also when nobody waits any more: the memory was in use until now
        picture
    });
    match tokio::time::timeout(DECODE_TIME, decoding).await {
        Ok(Ok(picture)) => picture,
        Ok(Err(_)) => Err(NoPicture::Stopped),
        Err(_) => Err(NoPicture::TooSlow),
    }
}

fn decode(content: &[u8]) -> Result<Picture, NoPicture> {
    // The header first: a bomb is refused before anything is unpacked.
    let (width, height) = reader(content)?.into_dimensions()?;
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels > PIXELS_MAX {
        return Err(NoPicture::TooLarge(pixels));
    }
    let mut decoder = reader(content)?.into_decoder()?;
    if decoder.total_bytes() > DECODE_BYTES_MAX {
        return Err(NoPicture::TooMuchMemory(decoder.total_bytes()));
    }
    let orientation = decoder.orientation()?;
    let full = DynamicImage::from_decoder(decoder)?;
    let mut small = if width.max(height) > THUMBNAIL_PIXELS {
        full.thumbnail(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
    } else {
        full
    };
    small.apply_orientation(orientation);
    let (width, height) = if lies_on_its_side(orientation) { (height, width) } else { (width, height) };
    Ok(Picture { width, height, thumbnail: encode(&small)? })
}

fn reader(content: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, NoPicture> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(content)).with_guessed_format()?;
    reader.limits(limits);
    Ok(reader)
}

fn lies_on_its_side(orientation: image::metadata::Orientation) -> bool {
    use image::metadata::Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>, NoPicture> {
    let mut encoded = Vec::new();
    if picture.color().has_alpha() {
        picture.to_rgba8().write_to(&mut Cursor::new(&mut encoded), ImageFormat::Png)?;
    } else {
        JpegEncoder::new_with_quality(&mut encoded, 82).encode_image(&picture.to_rgb8())?;
    }
    Ok(encoded)
}
