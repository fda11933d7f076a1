//! Putting packets of Opus into an Ogg file.

use super::samples_in;

/// Packets on one page: a second of speech, so that a player can jump about.
const PACKETS_PER_PAGE: usize = 50;
const SERIAL: u32 = u32::from_le_bytes(*b"Swtb");

/// A file with these packets, which follow `head` (a whole `OpusHead` packet).
pub fn opus_file(head: &[u8], packets: &[&[u8]]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut number = 0;
    let mut page = |flags: u8, granule: u64, packets: &[&[u8]]| {
        write_page(&mut file, flags, granule, number, packets);
        number += 1;
    };
    page(BEGINNING, 0, &[head]);
    let vendor = b"Switchboard";
    let tags = [&b"OpusTags"[..], &(vendor.len() as u32).to_le_bytes(), vendor, &[0; 4]].concat();
    page(0, 0, &[&tags]);
    let mut granule = 0;
    let mut pages = packets.chunks(PACKETS_PER_PAGE).flat_map(fitting).peekable();
    while let Some(packets) = pages.next() {
        granule += packets.iter().map(|packet| samples_in(packet)).sum::<u64>();
        page(if pages.peek().is_none() { END } else { 0 }, granule, packets);
    }
    file
}

const BEGINNING: u8 = 2;
const END: u8 = 4;

/// Cuts further where packets are so long that their table would not fit.
fn fitting<'a, 'b>(packets: &'a [&'b [u8]]) -> Vec<&'a [&'b [u8]]> {
    let (mut pages, mut start, mut segments) = (Vec::new(), 0, 0);
    for (n, packet) in packets.iter().enumerate() {
        let own = packet.len() / 255 + 1;
        if segments + own > 255 && n > start {
            pages.extend(packets.get(start..n));
            (start, segments) = (n, 0);
        }
        segments += own;
    }
    pages.extend(packets.get(start..));
    pages
}

fn write_page(file: &mut Vec<u8>, flags: u8, granule: u64, number: u32, packets: &[&[u8]]) {
    let mut table = Vec::new();
    for packet in packets {
        table.resize(table.len() + packet.len() / 255, 255);
        table.push((packet.len() % 255) as u8);
    }
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend_from_slice(&granule.to_le_bytes());
    page.extend_from_slice(&SERIAL.to_le_bytes());
    page.extend_from_slice(&number.to_le_bytes());
    page.extend_from_slice(&[0; 4]); // the checksum, made over zeros
    page.push(table.len() as u8);
    page.extend_from_slice(&table);
    packets.iter().for_each(|packet| page.extend_from_slice(packet));
    let sum = checksum(&page);
    if let Some(place) = page.get_mut(22..26) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
    file.append(&mut page);
}

/// Ogg's own: polynomial 0x04c11db7, from the highest bit, beginning with zero (RFC 3533, 6).
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            if sum & 0x8000_0000 == 0 { sum << 1 } else { sum << 1 ^ 0x04c1_1db7 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::OpusFile;
    use super::*;
    use proptest::prelude::*;

    const HEAD: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";

    #[test]
    fn a_page_of_somebody_elses_has_our_checksum() {
        let voice: &[u8] = include_bytes!("../../../../channels/simulator/assets/voice.ogg");
        let mut page = voice[..47].to_vec(); // its first page
        let sum: [u8; 4] = page[22..26].try_into().unwrap();
        page[22..26].fill(0);
        assert_eq!(checksum(&page), u32::from_le_bytes(sum));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_written_is_read(
            packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..1_400), 1..160),
        ) {
            let packets: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
            let file = OpusFile::read(&opus_file(HEAD, &packets)).unwrap();
            prop_assert_eq!(file.head.pre_skip, 312);
            prop_assert!(file.packets.iter().map(Vec::as_slice).eq(packets.iter().copied()));
        }
    }
}
