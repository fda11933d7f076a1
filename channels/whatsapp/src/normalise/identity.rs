//! System messages: a person has another number, another id, another device.

use channel_core::{IdentityChange, InboundEvent, Sender};
use channel_meta::Object;

use super::moment::moment;
use super::people::{self, Names};
use super::{broken, unsupported};

/// An item of type `system`; `names` are those it came under.
pub fn changed(item: Object<'_>, at: &str, names: &Names) -> InboundEvent {
    let Some(system) = item.object("system") else { return broken(at, "it has no system part") };
    let Some(what) = system.text("type") else { return broken(at, "it does not say what changed") };
    let new =
        Names { wa_id: system.id("wa_id").or_else(|| system.id("new_wa_id")), ..Names::of_holder(system) };
    let moves = match what {
        "user_changed_number" | "customer_changed_number" | "user_changed_user_id" => true,
        "customer_identity_changed" => false,
        _ => return unsupported(format!("system: {what}")),
    };
    let old = before(system, names, &new);
    let before = old.user_id.clone().or_else(|| old.wa_id.clone());
    let Some(platform_id) = before.or_else(|| new.user_id.clone()) else {
        return broken(at, "it names no person");
    };
    if moves && new.wa_id.is_none() && new.user_id.is_none() {
        return broken(at, "it names nothing new");
    }
    let sender = Sender {
        aliases: old
            .wa_id
            .clone()
            .filter(|wa_id| *wa_id != platform_id)
            .map(people::platform_id_alias)
            .into_iter()
            .collect(),
        platform_id,
        ..Sender::default()
    };
    let mut change = IdentityChange {
        sender,
        new_platform_id: None,
        add: Vec::new(),
        remove: Vec::new(),
        what: what.to_owned(),
        at: moment(item, "timestamp"),
    };
    if moves {
        fill(&mut change, &old, &new);
    }
    InboundEvent::Identity(Box::new(change))
}

/// The names so far. An older form of the message says the old number beside, and may come under the new one; so may
/// the new id.
fn before(system: Object<'_>, names: &Names, new: &Names) -> Names {
    let customer = system.id("customer").filter(|customer| new.wa_id.as_ref() != Some(customer));
    let wa_id = names.wa_id.clone().filter(|wa_id| new.wa_id.as_ref() != Some(wa_id) || customer.is_none());
    Names {
        wa_id: customer.or(wa_id),
        user_id: names.user_id.clone().filter(|user_id| new.user_id.as_ref() != Some(user_id)),
        parent_user_id: names.parent_user_id.clone(),
    }
}

/// An old number goes: it will belong to somebody else one day. An old id stays, as it never will.
fn fill(change: &mut IdentityChange, old: &Names, new: &Names) {
    let before = change.sender.platform_id.clone();
    let now = match (&new.user_id, &old.user_id, &new.wa_id) {
        (Some(new_id), _, _) => new_id.clone(),
        (None, None, Some(new_number)) => new_number.clone(),
        (None, ..) => before.clone(),
    };
    let old_id = old.user_id.clone().filter(|old_id| *old_id != now);
    let new_parent = new.parent_user_id.clone().filter(|parent| old.parent_user_id.as_ref() != Some(parent));
    change.add.extend(old_id.into_iter().chain(new_parent).map(people::platform_id_alias));
    change.add.extend(people::of_number(new.wa_id.as_deref().or(old.wa_id.as_deref()), &now));
    if new.wa_id.is_some() && new.wa_id != old.wa_id {
        let of_old = people::of_number(old.wa_id.as_deref(), "").into_iter();
        change.remove = of_old.filter(|alias| !change.add.contains(alias)).collect();
    }
    change.new_platform_id = (now != before).then_some(now);
}
