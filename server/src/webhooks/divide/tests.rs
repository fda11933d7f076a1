use async_trait::async_trait;
use channel_core::{
    AccountInfo, Act, BadSignature, CallError, ChannelAccount, ChannelSecrets, Connected, Credentials,
    FileSource, Health, Inbound, OutboundMessage, Refusal, SendError, SendReceipt, Transmission, Unreadable,
    WebhookTarget,
};
use http::HeaderMap;
use proptest::prelude::*;
use shared::{Capabilities, ChannelKind};

use super::*;

/// Reads bodies like `a:1 b:2 a:3`: account and event, blank between.
struct Words {
    cuts: bool,
}

#[async_trait]
impl ChannelAdapter for Words {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities::TELEGRAM
    }
    fn verify(&self, _: &HeaderMap, _: &[u8], _: &ChannelSecrets) -> Result<(), BadSignature> {
        Ok(())
    }
    fn route(&self, body: &[u8]) -> Vec<Route> {
        let mut routes: Vec<Route> = Vec::new();
        for word in std::str::from_utf8(body).unwrap().split(' ') {
            let (account, event) = word.split_once(':').unwrap();
            let to = Addressee::Account(account.to_owned());
            match routes.iter_mut().find(|route| route.to == to) {
                Some(route) => *route = Route { to, lane: String::new(), repeat_key: None },
                None => routes.push(Route { to, lane: event.to_owned(), repeat_key: Some(event.to_owned()) }),
            }
        }
        routes
    }
    fn cut(&self, body: &[u8], keep: &[Addressee]) -> Option<Vec<u8>> {
        let kept = std::str::from_utf8(body).unwrap().split(' ').filter(|word| {
            let (account, _) = word.split_once(':').unwrap();
            keep.contains(&Addressee::Account(account.to_owned()))
        });
        self.cuts.then(|| kept.collect::<Vec<_>>().join(" ").into_bytes())
    }
    fn normalise(&self, _: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
        Ok(Vec::new())
    }
    fn plan(&self, _: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
        Ok(Vec::new())
    }
    async fn send(
        &self,
        _: &ChannelAccount,
        _: &Transmission,
        _: &dyn FileSource,
    ) -> Result<SendReceipt, SendError> {
        unreachable!("a delivery is only taken apart")
    }
    async fn inspect(&self, _: &Credentials) -> Result<AccountInfo, CallError> {
        unreachable!("a delivery is only taken apart")
    }
    async fn connect(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<Connected, CallError> {
        unreachable!("a delivery is only taken apart")
    }
    async fn disconnect(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<(), CallError> {
        unreachable!("a delivery is only taken apart")
    }
    async fn probe(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<Health, CallError> {
        unreachable!("a delivery is only taken apart")
    }
}

fn channel() -> Place {
    Place::Channel { workspace_id: WorkspaceId::new(), channel_id: ChannelId::new(), ignored: None }
}

const NOBODY: Place = Place::Nobody { reason: "nobody has it" };

/// Routes a body, and gives each account the place that `place` says.
fn take_apart(adapter: &Words, body: &str, place: impl Fn(&str) -> Vec<Place>) -> Vec<Part> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let routed: Vec<_> = routes(adapter, &body)
        .into_iter()
        .map(|route| {
            let places = place(account(&route.to).unwrap());
            (route, places)
        })
        .collect();
    divide(adapter, &body, &routed)
}

#[test]
fn what_concerns_one_channel_is_kept_byte_for_byte_under_the_providers_own_name() {
    let ours = channel();
    let [part] = take_apart(&Words { cuts: true }, "a:1", |_| vec![ours.clone()]).try_into().unwrap();
    assert_eq!((&part.body[..], part.lane.as_str(), part.dedupe_key.as_str()), (&b"a:1"[..], "1", "r:1"));
    assert_eq!((part.accounts, part.place), (vec!["a".to_owned()], ours.clone()));

    // Several accounts of one channel, or an event for several channels: nothing to cut.
    let [part] = take_apart(&Words { cuts: false }, "a:1 b:2", |_| vec![ours.clone()]).try_into().unwrap();
    assert_eq!((&part.body[..], part.lane.as_str()), (&b"a:1 b:2"[..], ""));
    assert_eq!(part.dedupe_key, by_content(&part.fingerprint));
    let two = take_apart(&Words { cuts: false }, "a:1", |_| vec![ours.clone(), channel()]);
    assert!(two.len() == 2 && two.iter().all(|part| &part.body[..] == b"a:1"));
}

#[test]
fn what_cannot_be_taken_apart_is_given_to_nobody() {
    let (ours, theirs) = (channel(), channel());
    let place = |name: &str| vec![if name == "a" { ours.clone() } else { theirs.clone() }];
    let [part] = take_apart(&Words { cuts: false }, "a:1 b:2", place).try_into().unwrap();
    assert!(matches!(part.place, Place::Nobody { .. }));
    assert_eq!(part.accounts, ["a", "b"]);
}

#[test]
fn names_that_no_index_or_text_can_hold_become_digests() {
    for odd in ["\0", &"x".repeat(500)] {
        let [part] =
            take_apart(&Words { cuts: true }, &format!("a:{odd}"), |_| vec![channel()]).try_into().unwrap();
        assert_eq!((part.lane.len(), part.dedupe_key.len()), (64, 66));
    }
}

proptest! {
    #[test]
    fn nobody_sees_anothers_part_and_nothing_is_lost(
        events in proptest::collection::vec((0_u8..5, 0_u32..1000), 1..30),
    ) {
        // Accounts 0 and 1 are one tenant's, 2 and 3 another's, 4 nobody's.
        let tenants = [channel(), channel()];
        let tenant_of = |name: &str| name.parse::<usize>().unwrap() / 2;
        let place = |name: &str| vec![tenants.get(tenant_of(name)).cloned().unwrap_or(NOBODY)];
        let body = events.iter().map(|(to, event)| format!("{to}:{event}")).collect::<Vec<_>>().join(" ");
        let parts = take_apart(&Words { cuts: true }, &body, place);
        let mut seen = 0;
        for part in &parts {
            let text = std::str::from_utf8(&part.body).unwrap();
            for word in text.split(' ') {
                let (to, _) = word.split_once(':').unwrap();
                prop_assert_eq!(&place(to)[0], &part.place);
                seen += 1;
            }
        }
        prop_assert_eq!(seen, events.len());
    }
}
