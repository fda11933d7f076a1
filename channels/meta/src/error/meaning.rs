//! Graph's codes, and what they mean for what we do next: the table of `protocols/meta-common.md` 7.

use channel_core::{RefusalReason, WaitScope};

use super::GraphError;

/// What an error means for what we do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Wait, and try again.
    Wait(Pause),
    /// The credentials do not work for this account any more; with words for the admins.
    Dead(&'static str),
    /// The same call will not succeed; without words of ours, Meta's are shown.
    Refused(RefusalReason, &'static str),
    /// It was done, or may have been: look before doing it again.
    PerhapsDone,
}

/// How long to wait, unless Meta says so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// What waits.
    pub scope: WaitScope,
    /// So long, to begin with.
    pub seconds: u64,
    /// Why.
    pub words: &'static str,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

const fn wait(scope: WaitScope, seconds: u64, words: &'static str) -> Meaning {
    Meaning::Wait(Pause { scope, seconds, words })
}

/// A fault of Meta's own, that passes as a rule.
const fn again(words: &'static str) -> Meaning {
    wait(WaitScope::Thread, 2, words)
}

const fn refused(reason: RefusalReason, words: &'static str) -> Meaning {
    Meaning::Refused(reason, words)
}

const WINDOW: &str = "The person last wrote too long ago: Meta takes no free answers any more. \
    Send a template, or wait until they write.";
const LIMITED: &str = "Meta's limit for calls is reached";

/// From code and sub-code to what it means.
pub(super) fn of(error: &GraphError) -> Meaning {
    if error.code == 1 && error.subcode == Some(1_357_046) {
        return Meaning::PerhapsDone;
    }
    let known = general(error).or_else(|| whatsapp(error.code)).or_else(|| administration(error.code));
    match known {
        Some(limit @ Meaning::Wait(_)) => limit,
        _ if error.transient => again("Meta says that the fault is a passing one"),
        Some(meaning) => meaning,
        None => unknown(error),
    }
}

/// What all products share.
fn general(error: &GraphError) -> Option<Meaning> {
    use Meaning::Dead;
    use RefusalReason as R;
    Some(match (error.code, error.subcode.unwrap_or_default()) {
        (0, _) => Dead("Meta could not tell who called: connect the channel again."),
        (1, 99) => Dead("The token lacks permissions: connect the channel again and grant all of them."),
        (1, _) => again("Meta reports an unknown fault"),
        (2, 2_018_344) => refused(
            R::AccountSetup,
            "Meta's privacy terms are not accepted: an admin has to accept them at Meta.",
        ),
        (2, _) => again("Meta's service is not available at the moment"),
        (3, _) => refused(R::AccountRights, "The app lacks this capability: it has to be added at Meta."),
        (4, _) => wait(WaitScope::Application, 5 * MINUTE, LIMITED),
        (10, 2_018_278) | (1_545_041, _) => refused(R::WindowClosed, WINDOW),
        (10, _) => Dead("A permission is missing or was taken away: connect the channel again."),
        (17 | 32, _) => wait(WaitScope::Account, 5 * MINUTE, LIMITED),
        (33, _) | (100, 33) => Dead(
            "Meta does not know this account, or the token cannot see it: check that it still exists, \
             then connect the channel again.",
        ),
        (100, _) if error.says("appsecret_proof") => Dead(
            "Meta wants proof by the app's secret, and the one given is not that of the token's app: \
             connect the channel again with the right app secret.",
        ),
        (100, 2_018_001) => refused(R::UnknownRecipient, "Meta does not know this person."),
        (100, _) => refused(R::Malformed, ""),
        (102 | 104, _) => Dead("The session at Meta has ended: connect the channel again."),
        (190, 458) => Dead("The person who connected the channel removed the app: connect it again."),
        (190, 459) => {
            Dead("The person who connected the channel has to log in at facebook.com, then connect it again.")
        }
        (190, 460) => Dead("The person who connected the channel changed their password: connect it again."),
        (190, 463) => Dead("The token has expired: connect the channel again."),
        (190, 464) => {
            Dead("The account of the person who connected the channel is not confirmed: see facebook.com.")
        }
        (190, 492) => {
            Dead("The person who connected the channel lost their role: somebody else has to connect it.")
        }
        (190, _) => Dead("Meta does not accept the token any more: connect the channel again."),
        (230, _) => refused(R::UnknownRecipient, "This person never wrote to the account: no profile."),
        (200..=299, _) => Dead("A permission is missing: connect the channel again and grant all of them."),
        (368, _) => Dead(
            "Meta has blocked this account for breaking its rules. See the account's support page at Meta; \
             sending on would make it worse.",
        ),
        (551, _) => refused(
            R::Unreachable,
            "This person cannot be reached: they blocked the account or turned messages off.",
        ),
        (613, _) => wait(WaitScope::Account, 5 * MINUTE, LIMITED),
        (803, _) => refused(R::UnknownRecipient, "Meta does not know this id."),
        (9010, _) => refused(R::UnknownRecipient, "Meta does not know this person."),
        (80_000..=80_014, _) => wait(WaitScope::Account, 5 * MINUTE, LIMITED),
        _ => return None,
    })
}

/// Sending on WhatsApp.
fn whatsapp(code: i64) -> Option<Meaning> {
    use Meaning::Dead;
    use RefusalReason as R;
    Some(match code {
        130_429 => wait(WaitScope::Account, 2, "the number sends faster than WhatsApp takes"),
        130_472 => refused(
            R::Policy,
            "WhatsApp does not deliver marketing to this person (an experiment of Meta's). Sending again will not help.",
        ),
        130_497 => refused(R::Policy, "WhatsApp does not let this business write to people in that country."),
        131_000 => again("WhatsApp reports that something went wrong"),
        131_005 => Dead("WhatsApp denies access: the token lacks a permission. Connect the channel again."),
        131_008 | 131_009 | 135_000 => refused(R::Malformed, ""),
        131_016 => again("WhatsApp is not available at the moment"),
        131_020 => refused(R::KindNotTaken, "The group has no other member."),
        131_021 => {
            refused(R::UnknownRecipient, "This is the business's own number: it cannot write to itself.")
        }
        131_026 => refused(
            R::Unreachable,
            "WhatsApp cannot deliver to this person: not on WhatsApp, an old app, or the terms are not accepted. \
             Try another channel.",
        ),
        131_030 => refused(
            R::AccountSetup,
            "This is a test number: it writes to the up to 5 numbers on its list at Meta only. Put this one on the list.",
        ),
        131_031 => {
            Dead("WhatsApp has locked the account, or its data do not match: see the WhatsApp Manager.")
        }
        131_037 => refused(
            R::AccountSetup,
            "The number's display name is not approved yet: an admin has to have it approved in the WhatsApp Manager.",
        ),
        131_041 => refused(R::UnknownRecipient, "WhatsApp does not know this group."),
        131_042 => refused(
            R::AccountSetup,
            "WhatsApp cannot charge for the message: an admin has to check the payment method in the WhatsApp Manager.",
        ),
        131_044 => refused(R::AccountSetup, "WhatsApp cannot charge for calls: check the payment method."),
        131_045 => refused(
            R::AccountSetup,
            "The number is not registered rightly: an admin has to connect the channel again.",
        ),
        131_047 => refused(
            R::WindowClosed,
            "The person last wrote more than 24 hours ago: WhatsApp takes templates only.",
        ),
        131_048 => wait(
            WaitScope::Account,
            HOUR,
            "too many people blocked or reported this number: WhatsApp lets it send less for some hours",
        ),
        131_049 => refused(
            R::Policy,
            "WhatsApp holds back marketing to this person, who gets a lot of it. Not before 24 hours from now \
             does it make sense to try again.",
        ),
        131_050 => refused(R::OptedOut, "This person has stopped marketing messages from this business."),
        131_051 => refused(R::KindNotTaken, "WhatsApp does not take this kind of message."),
        131_052 => refused(R::FileGone, "WhatsApp could not fetch the file from its sender."),
        131_053 => refused(
            R::KindNotTaken,
            "WhatsApp does not take this file: its type, size or coding does not fit. Send it as a document.",
        ),
        131_056 => wait(WaitScope::Thread, 4, "too many messages to this person in a short time"),
        131_057 => wait(WaitScope::Account, 15, "WhatsApp is moving the number; that takes up to a minute"),
        131_060 => refused(R::Other, "WhatsApp does not have this message's content."),
        131_062 => refused(
            R::KindNotTaken,
            "WhatsApp sends this kind of template to telephone numbers only, and this person's is not known.",
        ),
        131_063 => refused(R::AccountSetup, "Marketing templates are switched off for this account at Meta."),
        131_064 => wait(
            WaitScope::Account,
            6 * HOUR,
            "WhatsApp's limit for writing first is reached, because templates were in the wrong category",
        ),
        132_000 | 132_008 | 132_012 => refused(
            R::TemplateParameters,
            "The template's blanks are filled in wrongly. Read the templates again, then fill it in once more.",
        ),
        132_001 => refused(
            R::Template,
            "There is no approved template of this name in this language. Read the templates again.",
        ),
        132_005 => refused(R::TemplateParameters, "Filled in, the template is too long: use shorter words."),
        132_007 => refused(R::Template, "WhatsApp holds this template to be against its rules."),
        132_015 => refused(
            R::Template,
            "WhatsApp has paused this template, because many people disliked it. Choose another one.",
        ),
        132_016 => refused(R::Template, "WhatsApp has disabled this template for good. Choose another one."),
        132_068 => refused(R::Template, "WhatsApp has blocked the template's form."),
        132_069 => {
            wait(WaitScope::Account, 10 * MINUTE, "WhatsApp lets this form go out 10 times an hour only")
        }
        133_010 => refused(
            R::AccountSetup,
            "The number is not registered at the Cloud API: an admin has to connect the channel again.",
        ),
        137_000 => refused(R::Other, "This person's WhatsApp has changed: the key we know does not fit."),
        138_000..=138_018 => refused(R::Other, "WhatsApp refused the call."),
        _ => return None,
    })
}

/// Registering, templates, forms, block lists.
fn administration(code: i64) -> Option<Meaning> {
    use RefusalReason as R;
    Some(match code {
        2200 => refused(
            R::AccountSetup,
            "Meta could not reach Switchboard's webhook address. It must be public, and its certificate from a \
             known authority.",
        ),
        133_000 | 133_004 => again("WhatsApp's registration is not available at the moment"),
        133_005 => refused(
            R::AccountSetup,
            "The PIN is wrong. It is the one set for two-step verification of this number; the WhatsApp Manager \
             can change it.",
        ),
        133_006 => refused(R::AccountSetup, "The number has to be verified in the WhatsApp Manager first."),
        133_008 | 133_009 => wait(
            WaitScope::Account,
            HOUR,
            "the PIN was wrong too often: WhatsApp wants a pause before the next attempt",
        ),
        133_015 => wait(WaitScope::Account, 5 * MINUTE, "the number was deleted a moment ago"),
        133_016 => wait(
            WaitScope::Account,
            72 * HOUR,
            "the number was registered too often: WhatsApp lets it be registered again after up to 72 hours",
        ),
        139_102 | 139_103 => again("the block list is being changed by somebody else"),
        139_000..=139_004 | 139_100 | 139_101 => refused(R::Other, ""),
        2_388_000..=2_388_999 => refused(R::Template, ""),
        _ => return None,
    })
}

/// A code that no table has: told by its status.
fn unknown(error: &GraphError) -> Meaning {
    match error.http_status {
        Some(429) => wait(WaitScope::Account, 5, LIMITED),
        Some(500..=599) => again("Meta reports a fault of its own"),
        _ => refused(RefusalReason::Other, ""),
    }
}
