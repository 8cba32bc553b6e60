"""Members over a real server: links that work once, roles, removal, and what a person is called afterwards."""

import asyncio
from typing import Any

from bson import ObjectId

from auth import authenticate
from errors import Conflict
from models.documents.audit_entry import AuditEntry
from models.documents.interview import InterviewStatus
from models.documents.member import Member
from models.documents.organization import IdentityProvider, Role, create_key
from models.documents.session import Session
from models.storage.clock import now
from models.writes.members import accept_invitation, remove_member, store_invitation, update_member
from resolvers.ids import IdKind, encode_id
from resolvers.members import build_invitation, build_link
from tests.api.test_sessions import STREAM, Browser, browser, fast_checks, open_browser
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

__all__ = ["browser", "fast_checks"]

MEMBER = "member { id name email role invitedBy lastSignedInAt removedAt }"


async def make_member(tenant: Tenant, role: Role, name: str = "Grace Hopper") -> Member:
    email = f"{name.split(maxsplit=1)[0]}@example.org"
    member = await accept_invitation(await store_invitation(build_invitation(tenant.id, email, name, role, invited_by=None)))
    assert member
    return member


async def accept(browser: Browser, url: str, origin: str | None = "") -> GraphQLResponse:
    query = "mutation($input: AcceptMemberInvitationInput!) { acceptMemberInvitation(input: $input) { viewer { role } } }"
    return await browser.execute(query, origin, input={"token": url.partition("#invitation=")[2]})


async def sign_in(browser: Browser, tenant: Tenant, member: Member) -> None:
    """Sign the member in by a new link."""
    link = await mutate(browser, tenant, "renewMemberLink", "url", memberId=encode_id(IdKind.MEMBER, member.id))
    assert (await accept(browser, link["renewMemberLink"]["url"])).errors == []


async def mutate(browser: Browser, tenant: Tenant, mutation: str, selection: str, **fields: Any) -> GraphQLResponse:
    """Run a mutation with an API key of the tenant's administrator."""
    return await ApiClient(browser.client).mutate(mutation, await issue_token(tenant, Role.ADMIN), selection, **fields)


def global_id(member: Member) -> str:
    return encode_id(IdKind.MEMBER, member.id)


# --- invitations


async def test_invited_person_becomes_a_member_and_is_signed_in(browser: Browser, tenant: Tenant) -> None:
    invited = (
        await mutate(
            browser,
            tenant,
            "inviteMember",
            "url invitation { id isOpen }",
            name=" Ada  Lovelace",
            email="Ada@Example.org ",
            role="ADMIN",
        )
    )["inviteMember"]
    assert invited["invitation"]["isOpen"]
    link = await browser.execute(
        "query($token: String!) { memberLink(token: $token) { organization name role hasIdentityProvider } }",
        token=invited["url"].partition("#invitation=")[2],
    )
    person = {"organization": tenant.organization.name, "name": "Ada Lovelace", "role": "ADMIN"}
    assert link["memberLink"] == {**person, "hasIdentityProvider": False}
    assert (await accept(browser, invited["url"], "https://elsewhere.example")).codes == ["UNAUTHENTICATED"]
    accepted = await accept(browser, invited["url"])
    assert accepted["acceptMemberInvitation"] == {"viewer": {"role": "ADMIN"}}
    viewer = (await browser.execute(f"{{ viewer {{ name {MEMBER} may }} memberInvitations {{ totalCount }} }}")).data
    assert viewer
    assert viewer["viewer"]["name"] == "Ada Lovelace"
    assert viewer["viewer"]["member"]["email"] == "ada@example.org"
    assert viewer["viewer"]["member"]["invitedBy"] == "a admin"
    assert viewer["viewer"]["member"]["lastSignedInAt"]
    assert "MANAGE_MEMBERS" in viewer["viewer"]["may"]
    assert viewer["memberInvitations"] == {"totalCount": 0}
    [entry] = await AuditEntry.find({"action": "acceptMemberInvitation", "outcome": "DONE"}).to_list()
    assert (entry.actor.kind, entry.actor.member_name) == ("MEMBER", "Ada Lovelace")
    again = await mutate(browser, tenant, "inviteMember", "url", name="Ada", email="ADA@example.org", role="VIEWER")
    assert again.codes == ["CONFLICT"], "the address is a member's"


async def test_link_works_once_for_one_of_two_browsers(browser: Browser, tenant: Tenant) -> None:
    link = build_link(
        tenant.services.settings,
        await store_invitation(build_invitation(tenant.id, "ada@example.org", "Ada", Role.VIEWER, invited_by=None)),
    )
    async with open_browser(browser.server) as other:
        answers = await asyncio.gather(*(accept(each, link.url) for each in (browser, other)))
    assert sorted(answer.codes for answer in answers) == [[], ["NOT_FOUND"]]
    assert (await accept(browser, link.url)).codes == ["NOT_FOUND"]
    assert await Member.find_all().count() == await Session.find_all().count() == 1


async def test_revoked_replaced_expired_and_forged_links_do_not_work(browser: Browser, tenant: Tenant) -> None:
    urls = []
    for _ in range(2):
        invited = await mutate(
            browser, tenant, "inviteMember", "url invitation { id }", name="Ada", email="ada@example.org", role="VIEWER"
        )
        urls.append(invited["inviteMember"]["url"])
    assert (await accept(browser, urls[0])).codes == ["NOT_FOUND"], "the second link replaces the first"
    invitation = invited["inviteMember"]["invitation"]["id"]
    await mutate(browser, tenant, "revokeMemberInvitation", "invitation { isOpen }", memberInvitationId=invitation)
    assert (await accept(browser, urls[1])).codes == ["NOT_FOUND"]
    expired = build_invitation(tenant.id, "ada@example.org", "Ada", Role.VIEWER, invited_by=None)
    expired.expires_at = now()
    link = build_link(tenant.services.settings, await store_invitation(expired))
    invite = tenant.invite_token(await tenant.make_interview(InterviewStatus.SCHEDULED))
    for url in (link.url, f"#invitation={invite}", "#invitation=guessed", "#invitation="):
        assert (await accept(browser, url)).codes == ["NOT_FOUND"]
    assert await Member.find_all().count() == 0


async def test_role_that_no_person_has_or_that_may_do_more_than_the_caller_is_refused(browser: Browser, tenant: Tenant) -> None:
    fields = {"name": "Ada", "email": "ada@example.org", "role": "INTEGRATION"}
    assert (await mutate(browser, tenant, "inviteMember", "url", **fields)).codes == ["BAD_INPUT"]
    _, narrowed = await create_key(tenant.id, Role.ADMIN, "narrowed", permissions=["MANAGE_MEMBERS", "READ_INTERVIEW"])
    member = await make_member(tenant, Role.ADMIN)
    client = ApiClient(browser.client)
    for mutation, values in (
        ("inviteMember", {**fields, "role": "ADMIN"}),
        ("renewMemberLink", {"memberId": global_id(member)}),
        ("updateMember", {"memberId": global_id(member), "name": "Mallory"}),
        ("removeMember", {"memberId": global_id(member)}),
    ):
        assert (await client.mutate(mutation, narrowed, "__typename", **values)).codes == ["FORBIDDEN"], mutation


async def test_organization_with_an_identity_provider_or_closed_lets_nobody_in_by_link_and_uses_none_up(
    browser: Browser, tenant: Tenant
) -> None:
    member = await make_member(tenant, Role.VIEWER)
    invited = await mutate(browser, tenant, "inviteMember", "url", name="Ada", email="ada@example.org", role="ADMIN")
    url = invited["inviteMember"]["url"]
    query = "query($token: String!) { memberLink(token: $token) { hasIdentityProvider } }"
    provider = IdentityProvider(issuer="https://id.example", client_id="viva")
    await tenant.organization.set({"identity_provider": provider.model_dump()})
    link = await browser.execute(query, token=url.partition("#invitation=")[2])
    assert link["memberLink"] == {"hasIdentityProvider": True}
    assert (await accept(browser, url)).codes == ["CONFLICT"]
    assert (await mutate(browser, tenant, "renewMemberLink", "url", memberId=global_id(member))).codes == ["CONFLICT"]
    await tenant.organization.set({"identity_provider": None, "closed_at": now()})
    assert (await accept(browser, url)).codes == ["FORBIDDEN"]
    await tenant.organization.set({"closed_at": None})
    assert (await accept(browser, url)).errors == []


# --- roles and removal


async def test_removed_member_loses_streams_and_sockets(browser: Browser, tenant: Tenant, fast_checks: None) -> None:
    member = await make_member(tenant, Role.VIEWER)
    await sign_in(browser, tenant, member)
    async with browser.connect() as streaming, browser.connect() as idle:
        await streaming.subscribe(STREAM)
        removed = await mutate(browser, tenant, "removeMember", MEMBER, memberId=global_id(member))
        assert removed["removeMember"]["member"]["removedAt"]
        for client in (streaming, idle):
            assert (await client.wait_closed())[0] == 4401
    assert (await browser.read_role()).codes == ["UNAUTHENTICATED"]
    renewed = await mutate(browser, tenant, "renewMemberLink", "url", memberId=global_id(member))
    assert renewed.codes == ["CONFLICT"]
    invited = await mutate(browser, tenant, "inviteMember", "url", name="Grace", email=member.email, role="VIEWER")
    assert (await accept(browser, invited["inviteMember"]["url"])).errors == [], "the person can be invited again"


async def test_changed_role_applies_to_open_sockets(browser: Browser, tenant: Tenant, fast_checks: None) -> None:
    member = await make_member(tenant, Role.RECRUITER)
    await sign_in(browser, tenant, member)
    async with browser.connect() as client:
        await client.subscribe(STREAM)
        updated = await mutate(browser, tenant, "updateMember", MEMBER, memberId=global_id(member), role="VIEWER")
        assert updated["updateMember"]["member"]["role"] == "VIEWER"
        assert (await client.wait_closed())[0] == 1013, "clients reconnect, with the new role"
    assert (await browser.read_role())["viewer"]["role"] == "VIEWER"


async def test_last_administrator_stays(browser: Browser, tenant: Tenant) -> None:
    ada, grace = await make_member(tenant, Role.ADMIN, "Ada"), await make_member(tenant, Role.ADMIN, "Grace")
    outcomes = await asyncio.gather(remove_member(ada), remove_member(grace), return_exceptions=True)
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
    [left] = await Member.find({"removed_at": None}).to_list()
    for mutation, fields in (("removeMember", {}), ("updateMember", {"role": "RECRUITER"})):
        refused = await mutate(browser, tenant, mutation, MEMBER, memberId=global_id(left), **fields)
        assert refused.codes == ["CONFLICT"], mutation


async def test_members_of_another_organization_are_not_found(browser: Browser, tenant: Tenant, other_tenant: Tenant) -> None:
    foreign = await make_member(other_tenant, Role.ADMIN)
    invitation = await store_invitation(build_invitation(other_tenant.id, "x@example.org", "X", Role.VIEWER, invited_by=None))
    for mutation, fields in (
        ("updateMember", {"memberId": global_id(foreign), "name": "Mallory"}),
        ("removeMember", {"memberId": global_id(foreign)}),
        ("renewMemberLink", {"memberId": global_id(foreign)}),
        ("revokeMemberInvitation", {"memberInvitationId": encode_id(IdKind.MEMBER_INVITATION, invitation.id)}),
    ):
        assert (await mutate(browser, tenant, mutation, "__typename", **fields)).codes == ["NOT_FOUND"], mutation
    own = await make_member(tenant, Role.ADMIN)
    await sign_in(browser, tenant, own)
    listed = await browser.execute("{ members { totalCount nodes { id } } memberInvitations { totalCount } }")
    assert listed.data == {
        "members": {"totalCount": 1, "nodes": [{"id": global_id(own)}]},
        "memberInvitations": {"totalCount": 0},
    }
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await browser.execute(query, id=global_id(foreign))).codes == ["NOT_FOUND"]
    assert (await browser.execute(query, id=global_id(own)))["node"] == {"id": global_id(own)}


# --- who did what


async def test_member_is_one_person_in_all_sessions(browser: Browser, tenant: Tenant) -> None:
    member = await make_member(tenant, Role.ADMIN)
    interview = await tenant.make_completed_interview(is_blind=True)
    evaluation = global_id_of(await tenant.make_evaluation(interview))
    levels = [{"criterionKey": key, "level": 3} for key in ("technical", "communication", "problem_solving")]
    rate = "mutation($input: RateEvaluationInput!) { rateEvaluation(input: $input) { evaluation { ratings { reviewerId } } } }"
    rating = {"evaluationId": evaluation, "ratings": levels, "idempotencyKey": "mine"}
    await sign_in(browser, tenant, member)
    rated = await browser.execute(rate, input=rating)
    async with open_browser(browser.server) as other:
        await sign_in(other, tenant, member)
        assert (await other.execute(rate, input=rating)).data == rated.data, "idempotency keys hold across sessions"
        review = "mutation($input: ReviewEvaluationInput!) { reviewEvaluation(input: $input) { evaluation { id } } }"
        await other.execute(review, input={"evaluationId": evaluation, "decision": "ADVANCE", "reason": "Sound."})
        query = "query($id: ID!) { node(id: $id) { ... on Evaluation { isBlind ratings { %s } reviews { %s } } } }"
        shown = (await other.execute(query.replace("%s", "reviewer reviewerId"), id=evaluation))["node"]
    person = {"reviewer": "Grace Hopper", "reviewerId": global_id(member)}
    assert shown == {"isBlind": False, "ratings": [person], "reviews": [person]}
    log = (
        'query($ids: [ID!]) { auditLog(filter: {memberIds: $ids, actions: ["reviewEvaluation"]}) '
        "{ nodes { actor { kind memberId memberName role } } } }"
    )
    [entry] = (await browser.execute(log, ids=[global_id(member)]))["auditLog"]["nodes"]
    assert entry["actor"] == {"kind": "MEMBER", "memberId": global_id(member), "memberName": "Grace Hopper", "role": "ADMIN"}


async def test_token_of_a_member_says_who_got_it(browser: Browser, tenant: Tenant) -> None:
    member = await make_member(tenant, Role.RECRUITER)
    await sign_in(browser, tenant, member)
    start = "mutation($input: StartInterviewInput!) { startInterview(input: $input) { access { token } } }"
    fields = {"candidateName": "Ada", "positionKey": tenant.position.key, "channel": "TEXT", "consent": CONSENT_INPUT}
    token = (await browser.execute(start, input=fields))["startInterview"]["access"]["token"]
    candidate = await authenticate(token, tenant.services.settings.auth, tenant.services.credentials)
    assert (candidate.origin, candidate.issued_to, candidate.issued_to_member) == ("START_INTERVIEW", None, member.id)


async def test_retried_update_changes_nothing(tenant: Tenant) -> None:
    member, update_id = await make_member(tenant, Role.RECRUITER), ObjectId()
    await update_member(member, update_id, {"name": "Grace"})
    await update_member(member, ObjectId(), {"name": "Ada"})
    updated = await update_member(member, update_id, {"name": "Grace"})
    assert updated and updated.name == "Ada"
