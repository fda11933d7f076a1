//! Reports that are about everything up to a message, or up to a moment. How far each conversation has come is kept
//! with it: so only what is new is looked at.

use std::collections::BTreeMap;

use channel_core::{DeliveryStatus, StatusTarget};
use chrono::{DateTime, Utc};
use shared::{ChannelId, ConversationId, MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;
use uuid::Uuid;

use super::Report;
use super::resolve::{Target, Targets};
use crate::db::WorkspaceTx;
use crate::outbox::progress::Locked;

/// A report of this kind, as it is looked up.
struct Asked<'a> {
    n: i64,
    channel_id: ChannelId,
    platform_id: Option<&'a str>,
    moment: Option<DateTime<Utc>>,
    recipient: Option<&'a str>,
    read: bool,
}

/// Up to where a conversation has come.
#[derive(FromRow)]
struct Range {
    n: i64,
    conversation_id: ConversationId,
    identity_id: Uuid,
    delivered: i64,
    read: i64,
    seq: Option<i64>,
}

const RANGES: &str = "
    select r.n, c.id as conversation_id, c.identity_id, c.contact_delivered_seq as delivered,
           c.contact_read_seq as read, x.seq
    from unnest($2::bigint[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[])
         as r(n, channel_id, platform_id, moment, recipient)
    cross join lateral (
        (select m.conversation_id, m.seq from messages m
         where m.workspace_id = $1 and m.id = (
             select p.message_id from platform_messages p
             where p.workspace_id = $1 and p.channel_id = r.channel_id and p.platform_message_id = r.platform_id))
        union all
        (select m.conversation_id, m.seq from messages m
         where m.workspace_id = $1 and m.channel_id = r.channel_id and m.platform_message_id = r.platform_id
           and m.platform_message_id is not null)
        union all
        (select v.id, (select m.seq from messages m
                       where m.workspace_id = $1 and m.conversation_id = v.id and m.direction = 2
                         and m.sent_at <= r.moment
                       order by m.seq desc limit 1)
         from identities i
         join conversations v on v.workspace_id = $1 and v.identity_id = i.id
         where r.moment is not null and i.workspace_id = $1 and i.channel_id = r.channel_id
           and i.platform_id = r.recipient
         order by v.id desc limit 1)
        limit 1) x
    join conversations c on c.workspace_id = $1 and c.id = x.conversation_id
    order by c.id for no key update of c";

/// Everything that such reports are about, locked, and the conversations' marks moved.
pub(super) async fn resolve(tx: &mut WorkspaceTx, reports: &[Report<'_>]) -> sqlx::Result<Targets> {
    let mut targets = Targets::default();
    let asked: Vec<Asked<'_>> = asked(reports).collect();
    if asked.is_empty() {
        return Ok(targets);
    }
    let workspace_id = tx.workspace_id();
    let ranges: Vec<Range> = sqlx::query_as(RANGES)
        .bind(workspace_id)
        .bind(asked.iter().map(|one| one.n).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.channel_id.0).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.platform_id).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.moment).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.recipient).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
    let read: BTreeMap<i64, bool> = asked.iter().map(|one| (one.n, one.read)).collect();
    let mut spans = Vec::new();
    let mut marks: BTreeMap<ConversationId, (i64, i64)> = BTreeMap::new();
    for range in &ranges {
        let place = usize::try_from(range.n).unwrap_or(usize::MAX);
        targets.nothing_to_move(place);
        let is_read = read.get(&range.n).copied().unwrap_or(false);
        let from = if is_read { range.read } else { range.delivered };
        let Some(to) = range.seq.filter(|seq| *seq > from) else { continue };
        spans.push((range, from, to));
        let mark = marks.entry(range.conversation_id).or_insert((range.delivered, range.read));
        mark.0 = mark.0.max(to);
        if is_read {
            mark.1 = mark.1.max(to);
        }
    }
    if spans.is_empty() {
        return Ok(targets);
    }
    let rows: Vec<(i64, TransmissionId, MessageId, ConversationId, ChannelId, MessageStatus, bool)> =
        sqlx::query_as(
            "select s.n, t.id, t.message_id, m.conversation_id, t.channel_id, t.status, t.dead_at is not null
             from unnest($2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[]) as s(n, conversation_id, after, up_to)
             join messages m on m.workspace_id = $1 and m.conversation_id = s.conversation_id and m.seq > s.after
                            and m.seq <= s.up_to and m.direction = 2
             join transmissions t on t.workspace_id = $1 and t.message_id = m.id
             order by m.id, t.id for no key update of t, m",
        )
        .bind(workspace_id)
        .bind(spans.iter().map(|(range, ..)| range.n).collect::<Vec<_>>())
        .bind(spans.iter().map(|(range, ..)| range.conversation_id.0).collect::<Vec<_>>())
        .bind(spans.iter().map(|(_, from, _)| *from).collect::<Vec<_>>())
        .bind(spans.iter().map(|(_, _, to)| *to).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
    let lanes: BTreeMap<i64, Uuid> = ranges.iter().map(|range| (range.n, range.identity_id)).collect();
    for (n, transmission_id, message_id, conversation_id, channel_id, status, gave_up) in rows {
        // What we know nothing of may not have gone out: "everything so far" says nothing of it.
        if status == MessageStatus::Queued {
            continue;
        }
        let (Some(lane), Ok(place)) = (lanes.get(&n).copied(), usize::try_from(n)) else { continue };
        let locked = Locked { transmission_id, message_id, conversation_id, channel_id, status, gave_up };
        targets.add(place, Target { locked, lane, learns_id: false });
    }
    sqlx::query(
        "update conversations c
         set contact_delivered_seq = greatest(c.contact_delivered_seq, s.delivered),
             contact_read_seq = greatest(c.contact_read_seq, s.read)
         from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as s(id, delivered, read)
         where c.workspace_id = $1 and c.id = s.id",
    )
    .bind(workspace_id)
    .bind(marks.keys().map(|id| id.0).collect::<Vec<_>>())
    .bind(marks.values().map(|mark| mark.0).collect::<Vec<_>>())
    .bind(marks.values().map(|mark| mark.1).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(targets)
}

fn asked<'a>(reports: &[Report<'a>]) -> impl Iterator<Item = Asked<'a>> {
    reports.iter().zip(0_i64..).filter_map(|(one, n)| {
        let (platform_id, moment) = match &one.report.target {
            StatusTarget::Message(_) => return None,
            StatusTarget::UpToMessage(id) => (Some(id.as_str()), None),
            StatusTarget::UpTo(moment) => (None, Some(*moment)),
        };
        let read = match one.report.status {
            DeliveryStatus::Read | DeliveryStatus::Played => true,
            DeliveryStatus::Delivered => false,
            // "All of these failed" and "were sent" is nobody's word.
            DeliveryStatus::Sent | DeliveryStatus::Failed(_) => return None,
        };
        let recipient = one.report.recipient.as_ref().map(|person| person.platform_id.as_str());
        Some(Asked { n, channel_id: one.channel_id, platform_id, moment, recipient, read })
    })
}
