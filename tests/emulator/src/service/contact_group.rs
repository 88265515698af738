//! Groups of contacts, and companies (API notes §8.4.5, §8.4).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::contact_record::ContactRecord;
use crate::world::people::Group;
use crate::world::reference::STAFF;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/contact-group/{ids?}", "get-contact-group", get_groups),
    Route::write(Method::Post, "contact-service/contact-group", "post-contact-group", post_group),
    Route::write(Method::Put, "contact-service/contact-group/{id}", "put-contact-group", put_group),
    Route::read(
        Method::Get,
        "contact-service/contact-group/{id}/member",
        "get-contact-group-member",
        get_members,
    ),
    Route::write(
        Method::Post,
        "contact-service/contact-group/{id}/member",
        "post-contact-group-member",
        post_members,
    ),
    Route::write(
        Method::Delete,
        "contact-service/contact-group/{id}/member/{id}",
        "delete-contact-group-member",
        delete_member,
    ),
    Route::search("contact-service/contact-group-search", GROUPS),
    Route::meta_data("contact-service/contact-group-search/meta-data", GROUPS),
    Route::search("contact-service/contact-group-member-search", MEMBERS),
    Route::meta_data("contact-service/contact-group-member-search/meta-data", MEMBERS),
];

/// *Inferred*: no source has a refused group.
const INVALID: &str = "CONC-030";

/// A group with how many members it has.
type GroupColumn = Column<(Option<Group>, i64)>;

/// The types of the columns are *inferred*: the source has only their names.
const GROUPS: &dyn Searchable = &Search::<(Option<Group>, i64)> {
    name: "contact-service/contact-group-search",
    columns: &[
        GroupColumn::new("contactGroupId", DataType::IdSet, |_, (group, _)| {
            Cell::optional_integer(group.as_ref().map(|group| group.id))
        }),
        GroupColumn::new("name", DataType::SearchString, |_, (group, _)| {
            Cell::optional_text(group.as_ref().map(|group| group.name.clone()))
        }),
        GroupColumn::new("description", DataType::SearchString, |_, (group, _)| {
            Cell::optional_text(group.as_ref().map(|group| group.description.clone()))
        }),
        GroupColumn::new("numberOfMembers", DataType::Integer, |_, (_, members)| Cell::Integer(*members)),
    ],
    filters: &[],
    ids: |world| world.changes.people.groups.ids(),
    record: |world, id| (world.changes.people.groups.get(id).cloned(), world.members(id).count() as i64),
    references: &[],
    label: |_, _, _| None,
};

/// A membership: the contact and the group.
type MemberColumn = Column<Option<(ContactRecord, Group)>>;

const MEMBERS: &dyn Searchable = &Search::<Option<(ContactRecord, Group)>> {
    name: "contact-service/contact-group-member-search",
    columns: &[
        MemberColumn::new("contactId", DataType::IdSet, |_, member| {
            Cell::optional_integer(member.as_ref().map(|(contact, _)| contact.id))
        })
        .sorts(),
        MemberColumn::new("firstName", DataType::SearchString, |_, member| {
            Cell::optional_text(member.as_ref().map(|(contact, _)| contact.first_name.clone().into_owned()))
        }),
        MemberColumn::new("lastName", DataType::SearchString, |_, member| {
            Cell::optional_text(member.as_ref().map(|(contact, _)| contact.last_name.clone().into_owned()))
        }),
        MemberColumn::new("contactGroupId", DataType::IdSet, |_, member| {
            Cell::optional_integer(member.as_ref().map(|(_, group)| group.id))
        }),
        MemberColumn::new("contactGroupName", DataType::SearchString, |_, member| {
            Cell::optional_text(member.as_ref().map(|(_, group)| group.name.clone()))
        }),
        MemberColumn::new("contactGroupDescription", DataType::SearchString, |_, member| {
            Cell::optional_text(member.as_ref().map(|(_, group)| group.description.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.people.memberships.ids(),
    record: member,
    references: &[],
    label: |_, _, _| None,
};

fn member(world: &World, id: u32) -> Option<(ContactRecord, Group)> {
    let (group, contact) = world.changes.people.memberships.get(id)?;
    Some((world.contact(*contact), world.changes.people.groups.get(*group)?.clone()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupShape {
    id: u32,
    name: String,
    description: String,
    created_by: u32,
    created_on: Moment,
    is_read_only: bool,
}

fn get_groups(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let groups = world.changes.people.groups.iter();
    let wanted = groups.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, group)| GroupShape {
            id,
            name: group.name.clone(),
            description: group.description.clone(),
            created_by: group.created_by,
            created_on: world.moment(group.created),
            is_read_only: group.is_read_only,
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Contact Groups Found"));
    }
    response(shapes)
}

fn read_name(fields: &mut CheckedFields<'_>) -> Option<String> {
    let name = fields.text("/name");
    if name.as_ref().is_some_and(|name| !(4..=64).contains(&name.chars().count())) {
        fields.refuse(INVALID, "name must have 4 to 64 characters");
    }
    name
}

fn post_group(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = read_name(&mut fields);
    if !fields.has("/name") {
        fields.refuse(INVALID, "You must supply a name");
    }
    let description = fields.text_up_to("/description", 255).unwrap_or_default();
    fields.finish()?;
    call.world.changes.revision += 1;
    let created = call.now_ms;
    response(call.world.changes.people.groups.add(|id| Group {
        id,
        name: name.unwrap_or_default(),
        description,
        created_by: STAFF[0],
        created,
        is_read_only: false,
    }))
}

/// The group that the path names, which must exist.
fn existing_group(call: &Call<'_>) -> Result<u32, Refusal> {
    let group = call.id(0).filter(|id| call.world.changes.people.groups.get(*id).is_some());
    group.ok_or_else(|| Refusal::not_found("No Contact Groups Found"))
}

fn put_group(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let id = existing_group(call)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = read_name(&mut fields);
    let description = fields.text_up_to("/description", 255);
    fields.finish()?;
    call.world.changes.revision += 1;
    if let Some(group) = call.world.changes.people.groups.get_mut(id) {
        group.name = name.unwrap_or_else(|| group.name.clone());
        group.description = description.unwrap_or_else(|| group.description.clone());
    }
    nothing()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MembersShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_member_ids: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_member_id_set: Option<String>,
}

/// Both representations, unless one is left out on request. *Inferred*: the ids of the list are in the
/// order in which they joined, as in the example; those of the set ascend.
fn get_members(call: &mut Call<'_>) -> Answer {
    let group = existing_group(call)?;
    let members: Vec<u32> = call.world.members(group).collect();
    let mut ascending = members.clone();
    ascending.sort_unstable();
    let set: Vec<_> = ascending.iter().map(u32::to_string).collect();
    let wanted = |section: &str| !call.query.lists("excludeOptional", section);
    response(MembersShape {
        contact_member_ids: wanted("contactMemberIds").then_some(members),
        contact_member_id_set: wanted("contactMemberIdSet").then(|| set.join(",")),
    })
}

/// Adds all of them or, where one cannot be added, none.
fn post_members(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let group = existing_group(call)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let count = fields.elements("/contactMemberIds").len();
    if count == 0 {
        fields.refuse(INVALID, "You must supply contactMemberIds");
    }
    let mut joining: Vec<u32> = Vec::with_capacity(count);
    for index in 0..count {
        let Some(id) = fields.id(&format!("/contactMemberIds/{index}")) else { continue };
        if !call.world.has_contact(id) {
            fields.refuse(INVALID, format!("You have supplied an invalid contact id: {id}"));
        } else if joining.contains(&id) || call.world.members(group).any(|member| member == id) {
            fields.refuse(INVALID, format!("Contact {id} is a member of the group already"));
        } else {
            joining.push(id);
        }
    }
    fields.finish()?;
    call.world.changes.revision += 1;
    for id in joining {
        call.world.changes.people.memberships.add(|_| (group, id));
    }
    nothing()
}

fn delete_member(call: &mut Call<'_>) -> Answer {
    let group = existing_group(call)?;
    let memberships = &call.world.changes.people.memberships;
    let wanted = call.id(1).map(|contact| (group, contact));
    let found = memberships.iter().find(|(_, membership)| Some(**membership) == wanted).map(|(id, _)| id);
    let found = found.ok_or_else(|| Refusal::not_found("No Contact Group Members Found"))?;
    call.world.changes.revision += 1;
    call.world.changes.people.memberships.remove(found);
    nothing()
}
