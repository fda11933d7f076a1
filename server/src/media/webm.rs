//! Recordings of browsers: Opus in WebM. The sound is the same as in a voice note, only its box is another.

/// Elements whose inside is looked at: their length does not matter then, and live recordings leave it open.
const OPENED: [u32; 5] = [SEGMENT, TRACKS, TRACK, CLUSTER, BLOCK_GROUP];
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK: u32 = 0xae;
const CLUSTER: u32 = 0x1f43_b675;
const BLOCK_GROUP: u32 = 0xa0;
const TRACK_NUMBER: u32 = 0xd7;
const CODEC: u32 = 0x86;
const CODEC_PRIVATE: u32 = 0x63a2;
const BLOCKS: [u32; 2] = [0xa3, 0xa1];

/// The sound of a recording.
#[derive(Debug, Default)]
pub(super) struct Recording<'a> {
    /// Its `OpusHead` packet.
    pub head: &'a [u8],
    /// Packets, in order.
    pub packets: Vec<&'a [u8]>,
}

/// Whether a file that starts with `head` may be one.
pub(super) fn is_webm(head: &[u8]) -> bool {
    head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
}

/// Reads the first track of Opus; `None` when there is none, or it is packed in a way that browsers do not.
pub(super) fn opus(content: &[u8]) -> Option<Recording<'_>> {
    if !is_webm(content) {
        return None;
    }
    let mut rest = content;
    let mut tracks: Vec<(u64, bool, &[u8])> = Vec::new();
    let mut packets: Vec<(u64, &[u8])> = Vec::new();
    while let Some((id, length, inside)) = element(rest) {
        if OPENED.contains(&id) {
            if id == TRACK {
                tracks.push((0, false, &[]));
            }
            rest = inside;
            continue;
        }
        let Some((value, after)) = length.and_then(|length| inside.split_at_checked(length)) else {
            break; // cut off: what came before counts
        };
        match (id, tracks.last_mut()) {
            (TRACK_NUMBER, Some(track)) => {
                track.0 = value.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            }
            (CODEC, Some(track)) => track.1 = value.starts_with(b"A_OPUS"),
            (CODEC_PRIVATE, Some(track)) => track.2 = value,
            (id, _) if BLOCKS.contains(&id) => packets.push(block(value)?),
            _ => {}
        }
        rest = after;
    }
    let (number, _, head) =
        tracks.into_iter().find(|(_, opus, head)| *opus && head.starts_with(b"OpusHead"))?;
    let packets = packets.into_iter().filter(|(track, _)| *track == number).map(|(_, packet)| packet);
    let recording = Recording { head, packets: packets.collect() };
    (!recording.packets.is_empty()).then_some(recording)
}

/// The first element: its id, its length if it says one, and everything after its head.
fn element(bytes: &[u8]) -> Option<(u32, Option<usize>, &[u8])> {
    let (id, rest) = number(bytes, 4, false)?;
    let width = rest.first()?.leading_zeros();
    let (length, inside) = number(rest, 8, true)?;
    let open = length == (1 << (7 * (width + 1))) - 1; // all ones: not known yet
    Some((u32::try_from(id).ok()?, if open { None } else { usize::try_from(length).ok() }, inside))
}

/// A number of variable width: as many bytes as the first has leading zeros, and one.
fn number(bytes: &[u8], width_max: usize, without_marker: bool) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    let width = first.leading_zeros() as usize + 1;
    if width > width_max {
        return None;
    }
    let (number, rest) = bytes.split_at_checked(width)?;
    let whole = number.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    Some((if without_marker { whole & !(1 << (7 * width)) } else { whole }, rest))
}

/// The track and the packet of a block that holds one.
fn block(value: &[u8]) -> Option<(u64, &[u8])> {
    let (track, rest) = number(value, 8, true)?;
    let ([_, _, flags], packet) = rest.split_first_chunk::<3>()?;
    let is_laced = flags & 0b110 != 0;
    (!is_laced).then_some((track, packet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";

    fn known(id: &[u8], inside: &[u8]) -> Vec<u8> {
        let length = (inside.len() as u64) | 1 << 56;
        [id, &length.to_be_bytes(), inside].concat()
    }

    /// An element of a length that was not known when it was begun.
    fn open(id: &[u8], inside: &[u8]) -> Vec<u8> {
        [id, &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], inside].concat()
    }

    fn recording(codec: &[u8], packets: &[&[u8]]) -> Vec<u8> {
        let track = [known(&[0xd7], &[1]), known(&[0x86], codec), known(&[0x63, 0xa2], HEAD)].concat();
        let tracks = known(&[0x16, 0x54, 0xae, 0x6b], &known(&[0xae], &track));
        let block = |packet: &&[u8]| known(&[0xa3], &[&[0x81, 0, 0, 0x80], *packet].concat());
        let other_track = known(&[0xa3], &[0x82, 0, 0, 0x80, 9]);
        let time = known(&[0xe7], &[0]);
        let blocks: Vec<u8> = packets.iter().flat_map(block).collect();
        let cluster = open(&[0x1f, 0x43, 0xb6, 0x75], &[time, other_track, blocks].concat());
        let segment = open(&[0x18, 0x53, 0x80, 0x67], &[tracks, cluster].concat());
        [known(&[0x1a, 0x45, 0xdf, 0xa3], &[0; 9]), segment].concat()
    }

    #[test]
    fn the_sound_of_a_live_recording_is_found() {
        let file = recording(b"A_OPUS", &[b"one", b"two"]);
        let sound = opus(&file).unwrap();
        assert_eq!((sound.head, sound.packets), (HEAD, vec![&b"one"[..], b"two"]));
        let cut = opus(&file[..file.len() - 1]).unwrap();
        assert_eq!(cut.packets, [b"one"]);
        assert!(opus(&recording(b"A_VORBIS", &[b"one"])).is_none());
        assert!(opus(b"OggS").is_none());
    }

    proptest! {
        #[test]
        fn anything_at_all_is_survived(junk in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
            let mut file = recording(b"A_OPUS", &[b"one", b"two"]);
            file.truncate(cut);
            file.extend_from_slice(&junk);
            let _ = opus(&file);
        }
    }
}
