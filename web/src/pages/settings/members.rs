//! Members and invitations.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Role;
use web_sys::SubmitEvent;

use super::{Head, Part};
use crate::api::client;
use crate::api::members::{
    CHANGE_MEMBER_ROLE, INVITE_MEMBER, Invitation, Invite, NewRole, PEOPLE, People, REMOVE_MEMBER,
    REVOKE_INVITATION, WhichInvitation, WhichMember,
};
use crate::api::operation::NoVariables;
use crate::api::session::Member;
use crate::app::session::use_session;
use crate::components::icon::Icon as Shape;
use crate::components::{
    Avatar, Button, Confirm, CopyField, Dialog, ErrorNote, Form, FormNote, Load, Look, RelativeTime, Select,
    SelectOption, Skeleton, TextField, role_name, settle, time, use_toasts,
};

/// Who works here, and who is invited.
#[component]
pub fn MembersPage() -> impl IntoView {
    let people = Load::new(|| async { client::run(&PEOPLE, NoVariables {}).await });
    let inviting = RwSignal::new(false);
    view! {
        <Head title="Members" text="Who answers customers here.">
            <Button look=Look::Primary icon=Shape::UserPlus on_press=move |_| inviting.set(true)>"Invite someone"</Button>
        </Head>
        <ErrorNote failure=Signal::derive(move || people.failure()) retry=move |()| people.reload()/>
        {move || match people.value() {
            None if people.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=4 kind="row"/> }.into_any(),
            Some(People { members, invitations }) => view! {
                <ul class="people">
                    {members.into_iter().filter(|member| member.active).map(|member| view! {
                        <MemberRow member=member people=people/>
                    }).collect_view()}
                </ul>
                {(!invitations.is_empty()).then(|| view! {
                    <Part title="Invited" text="Not here yet. An invitation is good for three days.">
                        <ul class="people">
                            {invitations.into_iter().map(|invitation| view! {
                                <InvitationRow invitation=invitation people=people/>
                            }).collect_view()}
                        </ul>
                    </Part>
                })}
            }.into_any(),
        }}
        <Dialog open=inviting title="Invite someone"><InviteForm people=people/></Dialog>
    }
}

/// Roles that this viewer may give.
fn roles(viewer_is_owner: bool) -> Vec<SelectOption> {
    let all = [(Role::Agent, "Agent"), (Role::Admin, "Admin"), (Role::Owner, "Owner")];
    let given = all.into_iter().filter(|(role, _)| viewer_is_owner || *role != Role::Owner);
    given.map(|(role, name)| SelectOption::new(role_name(role), name)).collect()
}

fn read_role(name: &str) -> Role {
    [Role::Owner, Role::Admin].into_iter().find(|role| role_name(*role) == name).unwrap_or(Role::Agent)
}

#[component]
fn MemberRow(member: Member, people: Load<People>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let viewer = session.viewer_untracked();
    let is_self = viewer.as_ref().is_some_and(|viewer| viewer.member.id == member.id);
    let viewer_is_owner = viewer.is_some_and(|viewer| viewer.is_at_least(Role::Owner));
    let changeable = viewer_is_owner || member.role != Role::Owner;
    let role = RwSignal::new(role_name(member.role).to_owned());
    let (busy, asking) = (RwSignal::new(false), RwSignal::new(false));
    let (id, kept) = (member.id, member.role);

    let put = move |changed: Member| {
        people.update(|people| {
            if let Some(own) = people.members.iter_mut().find(|own| own.id == changed.id) {
                *own = changed;
            }
        });
    };
    // A role is changed at once; what the server refuses goes back to what it was.
    Effect::new(move |_| {
        let wanted = read_role(&role.get());
        if wanted == kept || busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = client::run(&CHANGE_MEMBER_ROLE, NewRole { member_id: id, role: wanted }).await;
            busy.try_set(false);
            match outcome.map(|answer| settle(answer.payload.member, answer.payload.problem)) {
                Ok(Ok(changed)) => {
                    toasts.say(format!("{} is {} now", changed.name, role_name(changed.role)));
                    put(changed);
                }
                Ok(Err(problem)) => {
                    toasts.failed(&crate::api::Failure::Invalid(problem.message));
                    role.try_set(role_name(kept).to_owned());
                }
                Err(failure) => {
                    toasts.failed(&failure);
                    role.try_set(role_name(kept).to_owned());
                }
            }
        });
    });
    let remove = move |()| {
        busy.set(true);
        spawn_local(async move {
            let outcome = client::run(&REMOVE_MEMBER, WhichMember { member_id: id }).await;
            busy.try_set(false);
            asking.try_set(false);
            match outcome.map(|answer| settle(answer.payload.member, answer.payload.problem)) {
                Ok(Ok(removed)) => {
                    toasts.say(format!("{} is not a member any more", removed.name));
                    put(Member { active: false, ..removed });
                }
                Ok(Err(problem)) => toasts.failed(&crate::api::Failure::Invalid(problem.message)),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let name = member.name.clone();
    let title = format!("Remove {name}?");
    let verb = format!("Remove {name}");
    view! {
        <li class="someone">
            <Avatar name=Signal::stored(member.name.clone()) size=28/>
            <span class="someone__text">
                <strong>{member.name.clone()}{is_self.then_some(" (you)")}</strong>
                <span>{member.email.clone()}</span>
            </span>
            <span class="someone__aside">"since "{time::day(member.joined_at)}</span>
            <span class="someone__role">
                <Select
                    bare=true
                    label=format!("Role of {name}")
                    value=role
                    options=roles(viewer_is_owner || member.role == Role::Owner)
                    disabled=Signal::derive(move || busy.get() || !changeable)
                />
            </span>
            <span class="someone__do">
                {(changeable && !is_self).then(|| view! {
                    <Button look=Look::Quiet on_press=move |_| asking.set(true)>"Remove…"</Button>
                })}
            </span>
            <Confirm
                open=asking
                title=title
                text="They are signed out of this workspace at once. What they wrote stays, and their conversations become unassigned."
                verb=verb
                busy=busy
                on_yes=remove
            />
        </li>
    }
}

#[component]
fn InvitationRow(invitation: Invitation, people: Load<People>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let id = invitation.id;
    let revoke = move |_| {
        busy.set(true);
        spawn_local(async move {
            let outcome = client::run(&REVOKE_INVITATION, WhichInvitation { invitation_id: id }).await;
            busy.try_set(false);
            match outcome.map(|answer| answer.payload.problem) {
                Ok(None) => {
                    toasts.say("The invitation is not valid any more");
                    people.update(|people| people.invitations.retain(|own| own.id != id));
                }
                Ok(Some(problem)) => toasts.failed(&crate::api::Failure::Invalid(problem.message)),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let by = invitation.invited_by.map(|by| format!(" by {}", by.name)).unwrap_or_default();
    view! {
        <li class="someone">
            <Avatar name=Signal::stored(invitation.email.clone()) size=28/>
            <span class="someone__text">
                <strong>{invitation.email}</strong>
                <span>"As "{role_name(invitation.role)}", invited "<RelativeTime at=invitation.created_at/>{by}</span>
            </span>
            <span class="someone__aside">"until "{time::day(invitation.expires_at)}</span>
            <span class="someone__do"><Button look=Look::Quiet busy=busy on_press=revoke>"Take back"</Button></span>
        </li>
    }
}

#[component]
fn InviteForm(people: Load<People>) -> impl IntoView {
    let session = use_session();
    let is_owner = session.viewer_untracked().is_some_and(|viewer| viewer.is_at_least(Role::Owner));
    let form = Form::new();
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(role_name(Role::Agent).to_owned());
    let invited = RwSignal::new(None::<(String, Option<String>)>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let variables =
            Invite { email: email.get_untracked().trim().to_owned(), role: read_role(&role.get_untracked()) };
        form.send(
            async move {
                let payload = client::run(&INVITE_MEMBER, variables).await?.payload;
                let link = payload.link;
                Ok(settle(payload.invitation, payload.problem).map(|invitation| (invitation, link)))
            },
            move |(invitation, link): (Invitation, Option<String>)| {
                invited.set(Some((invitation.email.clone(), link)));
                people.update(|people| {
                    people.invitations.retain(|own| own.email != invitation.email);
                    people.invitations.insert(0, invitation);
                });
            },
        );
    };
    move || {
        match invited.get() {
        Some((email, None)) => view! {
            <p role="status">"An invitation is on its way to "<strong>{email}</strong>"."</p>
        }
        .into_any(),
        Some((email, Some(link))) => view! {
            <div class="form" role="status">
                <p>
                    "This server sends no mail yet, so pass this link on to "<strong>{email}</strong>
                    ". Whoever has it can join, once, within three days."
                </p>
                <CopyField label="Link" text=Signal::stored(link)/>
            </div>
        }
        .into_any(),
        None => view! {
            <form class="form" on:submit=submit>
                <TextField
                    label="E-mail"
                    kind="email"
                    value=email
                    problem=form.problem_of("email")
                    required=true
                    autofocus=true
                />
                <Select
                    label="Role"
                    value=role
                    options=roles(is_owner)
                    hint="Agents answer customers. Admins also connect channels, invite people and read the audit log. Owners may do everything."
                    problem=form.problem_of("role")
                />
                <FormNote form=form/>
                <div class="dialog__foot">
                    <Button look=Look::Primary submit=true busy=form.busy>"Invite"</Button>
                </div>
            </form>
        }
        .into_any(),
    }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_owners_make_owners() {
        assert!(roles(true).iter().any(|option| option.value == "owner"));
        assert!(roles(false).iter().all(|option| option.value != "owner"));
    }

    #[test]
    fn a_role_reads_back_from_its_name() {
        for role in [Role::Agent, Role::Admin, Role::Owner] {
            assert_eq!(read_role(role_name(role)), role);
        }
    }
}
