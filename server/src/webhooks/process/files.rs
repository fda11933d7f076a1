//! The files of a batch: uploaded ones that wait for their message, remote ones to be fetched, and those that go.

use std::collections::{HashMap, HashSet};

use channel_core::{AttachmentSource, InboundEvent, RemoteMedia};
use serde_json::Value;
use shared::{AttachmentId, AttachmentKind, AttachmentState, ChannelId};
use uuid::Uuid;

use super::body::{File, FileSource};
use super::entries::{Entries, Entry};
use super::people::People;
use super::steps::Step;
use crate::db::WorkspaceTx;
use crate::media::fetch;

/// Longest content type that is kept, in bytes.
const CONTENT_TYPE_BYTES_MAX: usize = 120;
/// Steps of a waveform.
const WAVEFORM_STEPS: usize = 64;

/// Uploaded files that may be used: they are their sender's, and on no message yet.
#[derive(Default)]
pub(super) struct Uploads(HashMap<(Option<usize>, AttachmentId), File>);

impl Uploads {
    /// The upload that a message names; a file goes with the first message that names it.
    pub(super) fn take(&mut self, step: &Step, source: &AttachmentSource) -> Option<File> {
        match source {
            AttachmentSource::Uploaded(id) => self.0.remove(&(step.delivery, *id)),
            _ => None,
        }
    }

    /// Looks up the uploaded files that the messages name. A file of somebody else's is as if it were not there.
    pub(super) async fn find(tx: &mut WorkspaceTx, steps: &[Step], people: &People) -> sqlx::Result<Self> {
        let mut asked: Vec<(Option<usize>, AttachmentId, ChannelId, &str, &str)> = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let InboundEvent::Message(message) = &step.event else { continue };
            for source in &message.attachments {
                if let AttachmentSource::Uploaded(id) = source
                    && let Some(person) = people.of_step(number).and_then(|number| people.get(number))
                {
                    let sender = message.sender.platform_id.as_str();
                    asked.push((step.delivery, *id, step.channel_id, sender, &person.platform_id));
                }
            }
        }
        if asked.is_empty() {
            return Ok(Self::default());
        }
        let workspace_id = tx.workspace_id();
        let found: Vec<(i64, AttachmentId, AttachmentKind, String)> = sqlx::query_as(
            "select f.n, a.id, a.kind, a.name
             from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) with ordinality
                  as f(id, channel_id, sender, platform_id, n)
             join attachments a on a.workspace_id = $1 and a.id = f.id
             where a.message_id is null and a.channel_id = f.channel_id
               and (a.platform_id = f.sender or a.platform_id = f.platform_id)
             order by f.n",
        )
        .bind(workspace_id)
        .bind(asked.iter().map(|a| a.1.0).collect::<Vec<_>>())
        .bind(asked.iter().map(|a| a.2.0).collect::<Vec<_>>())
        .bind(asked.iter().map(|a| a.3).collect::<Vec<_>>())
        .bind(asked.iter().map(|a| a.4).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;

        let mut taken: HashSet<AttachmentId> = HashSet::new();
        let mut uploads = HashMap::with_capacity(found.len());
        for (n, id, kind, name) in found {
            if let Some((delivery, ..)) = usize::try_from(n - 1).ok().and_then(|at| asked.get(at))
                && taken.insert(id)
            {
                let source = FileSource::Uploaded;
                uploads.insert((*delivery, id), File { id, kind, name, unique_id: None, part: None, source });
            }
        }
        Ok(Self(uploads))
    }
}

/// Hangs uploaded files on their messages.
pub(super) async fn link_uploads(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let links = placed(entries).filter(|(_, file, _)| matches!(file.source, FileSource::Uploaded));
    let links: Vec<(Uuid, Uuid, i16)> =
        links.map(|(entry, file, position)| (file.id.0, entry.id.0, position)).collect();
    if links.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update attachments a set message_id = l.message_id, position = l.position
         from unnest($2::uuid[], $3::uuid[], $4::smallint[]) as l(id, message_id, position)
         where a.workspace_id = $1 and a.id = l.id and a.message_id is null",
    )
    .bind(workspace_id)
    .bind(links.iter().map(|l| l.0).collect::<Vec<_>>())
    .bind(links.iter().map(|l| l.1).collect::<Vec<_>>())
    .bind(links.iter().map(|l| l.2).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes files that are still the platform's; those that can be had are fetched at once.
pub(super) async fn insert_remote(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let remote = placed(entries).filter_map(|(entry, file, position)| match &file.source {
        FileSource::Remote(media) => Some(Row { entry, file, media, position }),
        _ => None,
    });
    let rows: Vec<Row<'_>> = remote.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into attachments (workspace_id, id, message_id, channel_id, position, kind, name, content_type,
                                  size_bytes, width, height, duration_ms, waveform, unique_id, state, remote, failure)
         select $1, f.* from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::smallint[], $7::text[],
                $8::text[], $9::bigint[], $10::integer[], $11::integer[], $12::bigint[], $13::bytea[], $14::text[],
                $15::smallint[], $16::jsonb[], $17::text[]) as f",
    )
    .bind(workspace_id)
    .bind(rows.iter().map(|row| row.file.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.entry.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.entry.channel_id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.position).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.file.kind.code()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.file.name.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| content_type(row.media)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| bounded(row.media.size_bytes).unwrap_or(0)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| pixels(row.media.width)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| pixels(row.media.height)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| bounded(row.media.duration_ms)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| waveform(row.media)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.file.unique_id.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| state(row.media).code()).collect::<Vec<_>>())
    .bind(rows.iter().map(Row::kept).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| failure(row.media)).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    let wanted = rows.iter().filter(|row| state(row.media) == AttachmentState::Fetching);
    let wanted: Vec<AttachmentId> = wanted.map(|row| row.file.id).collect();
    fetch::enqueue(tx, &wanted).await
}

/// A file that is still the platform's, at its place.
struct Row<'a> {
    entry: &'a Entry,
    file: &'a File,
    media: &'a RemoteMedia,
    position: i16,
}

impl Row<'_> {
    /// What it takes to fetch it; nothing of what cannot be had.
    fn kept(&self) -> Option<Value> {
        (state(self.media) == AttachmentState::Fetching)
            .then(|| serde_json::to_value(self.media).ok())
            .flatten()
    }
}

/// The files of all entries that are written, with their places.
fn placed(entries: &Entries) -> impl Iterator<Item = (&Entry, &File, i16)> {
    entries.written().flat_map(|entry| {
        let files = entry.body.files.iter().enumerate();
        files.map(move |(at, file)| (entry, file, entry.body.position(at, file)))
    })
}

fn state(media: &RemoteMedia) -> AttachmentState {
    if media.reference.is_none() || media.show_only {
        AttachmentState::Gone
    } else {
        AttachmentState::Fetching
    }
}

fn failure(media: &RemoteMedia) -> Option<String> {
    if media.show_only {
        return Some("It may only be looked at where it was posted.".to_owned());
    }
    let words = || {
        media.unavailable.clone().unwrap_or_else(|| "The platform does not give this file out.".to_owned())
    };
    media.reference.is_none().then(words)
}

/// A claim, until the bytes are here: only its shape is checked.
fn content_type(media: &RemoteMedia) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/+-._".contains(c);
    let claimed = media.content_type.as_deref();
    let fits =
        |text: &&str| text.len() <= CONTENT_TYPE_BYTES_MAX && text.contains('/') && text.chars().all(plain);
    claimed.filter(fits).unwrap_or("application/octet-stream")
}

fn pixels(value: Option<u32>) -> Option<i32> {
    value.and_then(|value| i32::try_from(value).ok())
}

fn bounded(value: Option<u64>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}

fn waveform(media: &RemoteMedia) -> Option<&[u8]> {
    (media.waveform.len() == WAVEFORM_STEPS).then_some(media.waveform.as_slice())
}

/// Gives stored files of albums their new places, where a part came in between.
pub(super) async fn renumber(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let moved = placed(entries).filter_map(|(entry, file, now)| match file.source {
        FileSource::Stored { position, .. } if position != now && entry.new.is_none() => {
            Some((file.id.0, now))
        }
        _ => None,
    });
    let (ids, places): (Vec<Uuid>, Vec<i16>) = moved.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update attachments a set position = f.position from unnest($2::uuid[], $3::smallint[]) as f(id, position)
         where a.workspace_id = $1 and a.id = f.id",
    )
    .bind(workspace_id)
    .bind(ids)
    .bind(places)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes files that messages have no more: the rows now, the bytes by a job that is owed from here on.
pub(super) async fn erase(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let gone: Vec<&File> = entries.written().flat_map(|entry| &entry.body.erased).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query("delete from attachments where workspace_id = $1 and id = any($2)")
        .bind(workspace_id)
        .bind(gone.iter().map(|file| file.id.0).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    let bytes = gone.iter().filter_map(|file| match &file.source {
        FileSource::Stored { storage_key: Some(key), has_thumbnail, size_bytes, .. } => {
            Some(crate::media::Erased {
                key: key.clone(),
                has_thumbnail: *has_thumbnail,
                size_bytes: *size_bytes,
            })
        }
        _ => None,
    });
    crate::media::erase(tx, bytes.collect()).await
}
