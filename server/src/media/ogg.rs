//! Ogg files with Opus in them (RFC 3533, RFC 7845): the form of every voice note.

mod write;

use std::ops::Range;

pub(super) use write::opus_file;

/// Samples a second that an Opus file counts in, whatever it was recorded with.
pub(super) const RATE: u64 = 48_000;
/// The first bytes of every page.
const MAGIC: &[u8] = b"OggS";
/// The bytes of a page before its table of segments.
const HEADER_BYTES: usize = 27;

/// Whether a file that starts with `head` is Opus in Ogg.
pub(super) fn is_opus(head: &[u8]) -> bool {
    page(head).is_some_and(|page| head.get(page.body).is_some_and(|body| body.starts_with(b"OpusHead")))
}

/// What the first packet of the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpusHead {
    pub channels: u8,
    /// Samples at the beginning that are not played.
    pub pre_skip: u64,
    /// One stream of one or two channels: what voice notes have.
    pub is_plain: bool,
}

/// A file taken apart.
#[derive(Debug)]
pub(super) struct OpusFile {
    pub head: OpusHead,
    /// Packets of sound, in order.
    pub packets: Vec<Vec<u8>>,
    /// Where the sound ends, counted from the first sample before `pre_skip`; `None` when no page says.
    end: Option<u64>,
}

impl OpusFile {
    /// Reads a file; `None` for one that is no Opus in Ogg. What is broken after the first pages ends it there.
    pub(super) fn read(content: &[u8]) -> Option<Self> {
        let (mut at, mut serial, mut end) = (0, None, None);
        let mut packets: Vec<Vec<u8>> = Vec::new();
        let mut open: Vec<u8> = Vec::new();
        while let Some(page) = content.get(at..).and_then(page) {
            let body = content.get(at..)?.get(page.body.clone());
            at += page.body.end;
            let Some(mut body) = body else { break }; // cut off
            if *serial.get_or_insert(page.serial) != page.serial {
                continue; // another stream in the same file
            }
            if !page.continues {
                open.clear();
            }
            for length in page.segments {
                let (segment, rest) = body.split_at_checked(usize::from(length))?;
                body = rest;
                open.extend_from_slice(segment);
                if length < 255 {
                    packets.push(std::mem::take(&mut open));
                }
            }
            // All ones: no packet ends on this page.
            end = Some(page.granule).filter(|granule| *granule != u64::MAX && *granule > 0).or(end);
        }
        let mut packets = packets.into_iter();
        let head = OpusHead::read(&packets.next()?)?;
        packets.next().filter(|tags| tags.starts_with(b"OpusTags"))?;
        Some(Self { head, packets: packets.collect(), end })
    }

    /// How many samples are played.
    pub(super) fn samples(&self) -> u64 {
        let in_packets: u64 = self.packets.iter().map(|packet| samples_in(packet)).sum();
        let samples = in_packets.saturating_sub(self.head.pre_skip);
        match self.end {
            // The last packet may be cut short; a recording may also begin at any number.
            Some(end) if end < in_packets => samples.min(end.saturating_sub(self.head.pre_skip)),
            _ => samples,
        }
    }
}

impl OpusHead {
    fn read(packet: &[u8]) -> Option<Self> {
        let rest = packet.strip_prefix(b"OpusHead")?;
        let (version, channels) = (*rest.first()?, *rest.get(1)?);
        let pre_skip = u16::from_le_bytes([*rest.get(2)?, *rest.get(3)?]);
        let family = *rest.get(10)?;
        let is_plain = family == 0 && (1..=2).contains(&channels);
        (version < 16).then_some(Self { channels, pre_skip: pre_skip.into(), is_plain })
    }
}

/// How long a packet sounds, in samples (RFC 6716, 3.1 and 3.2); nothing for one that is malformed.
pub(super) fn samples_in(packet: &[u8]) -> u64 {
    let Some(toc) = packet.first() else { return 0 };
    let config = toc >> 3;
    let frame = match config {
        0..=11 => [480, 960, 1_920, 2_880].get(usize::from(config % 4)),
        12..=15 => [480, 960].get(usize::from(config % 2)),
        _ => [120, 240, 480, 960].get(usize::from(config % 4)),
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1).map_or(0, |count| count & 0x3f)),
    };
    let samples = frame.copied().unwrap_or(0) * frames;
    if samples > RATE * 120 / 1000 { 0 } else { samples }
}

/// One page, as ranges of the bytes it was read from.
struct Page {
    continues: bool,
    granule: u64,
    serial: u32,
    segments: Vec<u8>,
    body: Range<usize>,
}

fn page(bytes: &[u8]) -> Option<Page> {
    let header = bytes.first_chunk::<HEADER_BYTES>().filter(|header| header.starts_with(MAGIC))?;
    let [.., count] = *header;
    let body_start = HEADER_BYTES + usize::from(count);
    let segments = bytes.get(HEADER_BYTES..body_start)?.to_vec();
    let length: usize = segments.iter().map(|segment| usize::from(*segment)).sum();
    Some(Page {
        continues: header.get(5)? & 1 == 1,
        granule: u64::from_le_bytes(header.get(6..14)?.try_into().ok()?),
        serial: u32::from_le_bytes(header.get(14..18)?.try_into().ok()?),
        segments,
        body: body_start..body_start + length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A second of somebody speaking, as the simulator's phones record it.
    const VOICE: &[u8] = include_bytes!("../../../channels/simulator/assets/voice.ogg");

    #[test]
    fn a_voice_note_is_taken_apart() {
        assert!(is_opus(VOICE));
        let file = OpusFile::read(VOICE).unwrap();
        assert!(file.head.is_plain);
        assert!(file.packets.len() > 10, "{}", file.packets.len());
        let seconds = file.samples() as f64 / RATE as f64;
        assert!((0.5..60.0).contains(&seconds), "{seconds}");
        // Cut off in the middle, what is there still counts.
        let half = OpusFile::read(&VOICE[..VOICE.len() / 2]);
        assert!(half.is_none_or(|half| half.samples() < file.samples()));
        assert!(OpusFile::read(b"OggS").is_none() && !is_opus(b"\x1aE\xdf\xa3"));
    }

    #[test]
    fn packets_say_how_long_they_sound() {
        let twenty_ms = 960;
        assert_eq!(samples_in(&[0b0000_1000]), twenty_ms); // SILK, 20 ms, one frame
        assert_eq!(samples_in(&[0b1111_1001]), 2 * twenty_ms); // CELT, 20 ms, two frames
        assert_eq!(samples_in(&[0b1111_1011, 3]), 3 * twenty_ms);
        assert_eq!(samples_in(&[0b0001_1011, 63]), 0, "longer than a packet may be");
        assert_eq!(samples_in(&[]), 0);
    }

    proptest! {
        #[test]
        fn whatever_follows_the_first_page_is_survived(
            junk in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..2_000,
        ) {
            let mut bytes = VOICE[..cut.min(VOICE.len())].to_vec();
            bytes.extend_from_slice(&junk);
            if let Some(file) = OpusFile::read(&bytes) {
                prop_assert!(file.samples() <= file.packets.len() as u64 * RATE);
            }
        }
    }
}
