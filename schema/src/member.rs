//! The people who work in a clinic.

use crate::account::Role;
use crate::context::{Options, scope};
use crate::error::{payload, raise};
use crate::id::{encode, input};
use crate::page::{self, Listed};
use crate::patient::Invitation;
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::id::Kind;

/// A person who works in a clinic.
#[derive(SimpleObject)]
pub(crate) struct Member {
    /// TypeID `member_…`.
    id: ID,
    /// Full name.
    name: String,
    /// What they may do.
    role: Role,
    /// When they joined the clinic.
    created_at: DateTime,
    /// Since when they may do nothing any more; none while they work here.
    disabled_at: Option<DateTime>,
}

impl From<care::clinic::Member> for Member {
    fn from(member: care::clinic::Member) -> Self {
        Self {
            id: encode(Kind::Member, member.id),
            name: member.name,
            role: member.role.into(),
            created_at: member.created_at.into(),
            disabled_at: member.disabled_at.map(DateTime::from),
        }
    }
}

#[derive(Default)]
pub(crate) struct MemberQuery;

#[Object]
impl MemberQuery {
    /// The members of the clinic, those who joined first first. Staff only.
    async fn members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Member>>> {
        Some(members(context, &page::request(first, after, last, before)).await)
    }
}

async fn members(context: &Context<'_>, request: &care::page::Request) -> Result<Listed<Member>> {
    let page = care::clinic::members(scope(context)?, request).await.map_err(raise)?;
    Ok(page::listed("members", page, Member::from))
}

/// Whom to invite to work in the clinic.
#[derive(InputObject)]
struct InviteClinicianInput {
    /// The only address that may accept.
    email: String,
    /// Any role but that of a patient.
    role: Role,
}

payload! {
    /// What inviting a clinician answers.
    InviteClinicianPayload {
        /// The invitation.
        invitation: Invitation
    }
}

/// Whose role is to change, and to what.
#[derive(InputObject)]
struct SetMemberRoleInput {
    /// Another member of the clinic.
    member_id: ID,
    /// Any role but that of a patient.
    role: Role,
}

/// Who is to be disabled.
#[derive(InputObject)]
struct DisableMemberInput {
    /// Another member of the clinic.
    member_id: ID,
}

payload! {
    /// What giving a role answers.
    SetMemberRolePayload {
        /// The member.
        member: Member
    }
}

payload! {
    /// What disabling a member answers.
    DisableMemberPayload {
        /// The member.
        member: Member
    }
}

#[derive(Default)]
pub(crate) struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Invites a person to work in the clinic. Administrators only, with a proof that is not older
    /// than five minutes: see `stepUp`.
    async fn invite_clinician(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to invite.")] input: InviteClinicianInput,
    ) -> Result<InviteClinicianPayload> {
        let invited = care::clinic::invite_member(scope(context)?, &input.email, input.role.into()).await;
        let public_url = &context.data::<Options>()?.public_url;
        InviteClinicianPayload::of(invited.map(|invited| Invitation::at(public_url, invited)))
    }

    /// Gives another member a role, from their next request on. Administrators only.
    async fn set_member_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and which role.")] input: SetMemberRoleInput,
    ) -> Result<SetMemberRolePayload> {
        let scope = scope(context)?;
        let set = async {
            let id = self::input(Kind::Member, "memberId", &input.member_id)?;
            care::clinic::set_role(scope, id, input.role.into()).await
        };
        SetMemberRolePayload::of(set.await)
    }

    /// Ends what another member may do, and their sessions. What they wrote stays. Administrators only.
    async fn disable_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who.")] input: DisableMemberInput,
    ) -> Result<DisableMemberPayload> {
        let scope = scope(context)?;
        let disabled = async {
            let id = self::input(Kind::Member, "memberId", &input.member_id)?;
            care::clinic::disable(scope, id).await
        };
        DisableMemberPayload::of(disabled.await)
    }
}
