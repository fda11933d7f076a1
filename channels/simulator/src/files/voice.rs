//! Voice notes: browsers record Opus in WebM; phones send it in Ogg. The packets are the same, only the wrapping
//! differs, so nothing is decoded.

/// Longest recording, in packets (20 ms each as a rule): an hour.
const PACKETS_MAX: usize = 200_000;

/// A recording in Ogg, and how long it is in seconds.
pub struct Voice {
    /// `audio/ogg; codecs=opus`.
    pub ogg: Vec<u8>,
    /// Rounded up.
    pub seconds: u32,
}

/// Puts the Opus packets of a WebM recording into Ogg; `None` when there are none.
#[must_use]
pub fn from_webm(webm: &[u8]) -> Option<Voice> {
    let mut found = Found::default();
    walk(webm, &mut found, 0);
    let head = found.head.filter(|head| head.starts_with(b"OpusHead"))?;
    if found.packets.is_empty() {
        return None;
    }
    let mut ogg = Ogg::default();
    ogg.page(&[head], 0, 2);
    ogg.page(&[b"OpusTags\x0b\0\0\0switchboard\0\0\0\0"], 0, 0);
    let mut samples = 0_u64;
    let mut waiting: Vec<&[u8]> = Vec::new();
    let mut segments = 0;
    for (at, packet) in found.packets.iter().enumerate() {
        samples += packet_samples(packet);
        waiting.push(packet);
        segments += packet.len() / 255 + 1;
        let last = at + 1 == found.packets.len();
        let next = found.packets.get(at + 1).map_or(0, |next| next.len() / 255 + 1);
        if last || segments + next > 255 || waiting.len() >= 50 {
            ogg.page(&waiting, samples, if last { 4 } else { 0 });
            waiting.clear();
            segments = 0;
        }
    }
    Some(Voice { ogg: ogg.bytes, seconds: u32::try_from(samples.div_ceil(48_000)).ok()? })
}

#[derive(Default)]
struct Found<'webm> {
    head: Option<&'webm [u8]>,
    packets: Vec<&'webm [u8]>,
}

const SEGMENT: u64 = 0x1853_8067;
const CLUSTER: u64 = 0x1F43_B675;
const TRACKS: u64 = 0x1654_AE6B;
const TRACK: u64 = 0xAE;
const CODEC_PRIVATE: u64 = 0x63A2;
const BLOCK_GROUP: u64 = 0xA0;
const BLOCK: u64 = 0xA1;
const SIMPLE_BLOCK: u64 = 0xA3;

/// Reads elements one after the other. Live recordings leave sizes of segments and clusters unknown: then their
/// children simply follow.
fn walk<'webm>(mut rest: &'webm [u8], found: &mut Found<'webm>, depth: usize) {
    while !rest.is_empty() && depth < 8 && found.packets.len() < PACKETS_MAX {
        let Some((id, after_id)) = number(rest, false) else { return };
        let Some((size, content)) = number(after_id, true) else { return };
        if matches!(id, SEGMENT | CLUSTER) {
            rest = content; // whether its size is known or not
            continue;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(content.len());
        let (content, after) = content.split_at(size);
        match id {
            TRACKS | TRACK | BLOCK_GROUP => walk(content, found, depth + 1),
            CODEC_PRIVATE => found.head = found.head.or(Some(content)),
            // Track number, two bytes of time, one of flags; then the packet.
            SIMPLE_BLOCK | BLOCK => {
                let packet = number(content, true).and_then(|(_, after)| after.get(3..));
                found.packets.extend(packet.filter(|packet| !packet.is_empty()));
            }
            _ => {}
        }
        rest = after;
    }
}

/// A variable-length number; ids keep their length marker.
fn number(bytes: &[u8], is_size: bool) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    let length = usize::try_from(first.leading_zeros()).ok()? + 1;
    let value = bytes.get(..length).filter(|_| length <= 8)?;
    let mut number = value.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    if is_size {
        number &= (1_u64 << (7 * length)) - 1;
    }
    Some((number, bytes.get(length..)?))
}

/// How many samples at 48 kHz a packet holds, from its first byte (RFC 6716, section 3.1).
fn packet_samples(packet: &[u8]) -> u64 {
    let Some(first) = packet.first() else { return 0 };
    let frame = match first >> 3 {
        config @ 0..=11 => [480, 960, 1920, 2880].get(usize::from(config % 4)).copied().unwrap_or(960),
        config @ 12..=15 => [480, 960].get(usize::from(config % 2)).copied().unwrap_or(960),
        config => [120, 240, 480, 960].get(usize::from(config % 4)).copied().unwrap_or(960),
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1).copied().unwrap_or(1) & 0x3F),
    };
    frame * frames
}

#[derive(Default)]
struct Ogg {
    bytes: Vec<u8>,
    pages: u32,
}

impl Ogg {
    fn page(&mut self, packets: &[&[u8]], samples: u64, flags: u8) {
        let mut segments = Vec::new();
        for packet in packets {
            segments.extend(std::iter::repeat_n(255_u8, packet.len() / 255));
            segments.push(u8::try_from(packet.len() % 255).unwrap_or_default());
        }
        let mut page = Vec::from(*b"OggS\0");
        page.push(flags);
        page.extend(samples.to_le_bytes());
        page.extend(0x5357_4244_u32.to_le_bytes());
        page.extend(self.pages.to_le_bytes());
        page.extend([0; 4]);
        page.push(u8::try_from(segments.len()).unwrap_or(u8::MAX));
        page.extend(segments);
        for packet in packets {
            page.extend_from_slice(packet);
        }
        let sum = checksum(&page).to_le_bytes();
        for (at, byte) in sum.into_iter().enumerate() {
            if let Some(place) = page.get_mut(22 + at) {
                *place = byte;
            }
        }
        self.pages += 1;
        self.bytes.extend(page);
    }
}

/// Ogg's CRC-32: polynomial 0x04c11db7, not reflected, from zero.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0_u32, |sum, byte| {
        let mut sum = sum ^ (u32::from(*byte) << 24);
        for _ in 0..8 {
            sum = if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04C1_1DB7 };
        }
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_a_live_recording_are_put_into_ogg_pages() {
        let mut webm = vec![0x18, 0x53, 0x80, 0x67, 0xFF]; // segment of unknown size
        let mut private = b"OpusHead".to_vec();
        private.extend([1, 1, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]);
        let mut track = vec![0x63, 0xA2, 0x80 | 19];
        track.extend(&private);
        let mut tracks = vec![0xAE, 0x80 | 22];
        tracks.extend(track);
        webm.extend([0x16, 0x54, 0xAE, 0x6B, 0x80 | 24]);
        webm.extend(tracks);
        webm.extend([0x1F, 0x43, 0xB6, 0x75, 0xFF]); // cluster of unknown size
        for at in 0..60_u8 {
            webm.extend([0xA3, 0x80 | 7, 0x81, 0, at, 0x80, 0b0111_1000, 1, 2]); // CELT, 20 ms
        }
        let voice = from_webm(&webm).unwrap();
        assert!(voice.ogg.starts_with(b"OggS\0\x02"));
        assert_eq!(voice.ogg.windows(4).filter(|four| four == b"OggS").count(), 4);
        assert_eq!(voice.seconds, 2, "60 packets of 20 ms");
        assert!(from_webm(b"RIFF").is_none());
    }

    #[test]
    fn the_checksum_is_oggs() {
        // The first page of a file written by opusenc, its own checksum set to zero.
        assert_eq!(checksum(b"123456789"), 0x89A1_897F);
    }
}
