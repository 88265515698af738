//! Reads what the C functions hand out, to its last byte, and keeps some of it beyond its call.

use std::hint::black_box;

use brightpearl::*;

/// Outputs that are retained.
#[derive(Default)]
pub(super) struct Kept {
    pages: Vec<*mut bp_page>,
    resources: Vec<*mut bp_resources>,
    replies: Vec<*mut bp_reply>,
    data: Vec<*mut bp_data>,
}

/// What lies there, each byte touched.
pub(super) fn bytes(data: *const u8, len: usize) -> Vec<u8> {
    if data.is_null() {
        assert_eq!(len, 0, "NULL has no length");
        return Vec::new();
    }
    // SAFETY: the library says that so many bytes lie there.
    unsafe { std::slice::from_raw_parts(data, len) }.to_vec()
}

fn text(text: bp_text) {
    let text = bytes(text.data.cast(), text.len);
    assert!(std::str::from_utf8(&text).is_ok(), "the text is not UTF-8");
}

fn fields(fields: *const bp_field, count: usize) {
    for index in 0..count {
        // SAFETY: the library says that so many fields are there.
        let field = unsafe { &*fields.add(index) };
        text(field.name);
        text(field.value);
    }
}

/// Reads all that a reply has.
fn reply(reply: *const bp_reply) {
    // SAFETY: a reply, or NULL; indices beyond the end are allowed.
    unsafe {
        bytes(bp_reply_body(reply).data, bp_reply_body(reply).len);
        for index in 0..=bp_reply_header_count(reply) {
            fields(bp_reply_header(reply, index), usize::from(index < bp_reply_header_count(reply)));
        }
    }
}

/// Reads all that an error says.
pub(super) fn error(error: *const bp_error) {
    // SAFETY: an error, or NULL; indices beyond the end are allowed.
    unsafe {
        for told in [
            bp_error_message(error),
            bp_error_location(error),
            bp_error_advice(error),
            bp_error_text(error),
            bp_error_progress(error),
            bp_error_request_url(error),
            bp_error_request_method(error),
        ] {
            text(told);
        }
        for index in 0..=bp_error_count(error) {
            text(bp_error_code_at(error, index));
            text(bp_error_message_at(error, index));
        }
        for index in 0..=bp_error_violation_count(error) {
            if let Some(violation) = bp_error_violation(error, index).as_ref() {
                [violation.pointer, violation.found, violation.expected].into_iter().for_each(text);
            }
        }
        for index in 0..=bp_error_verification_count(error) {
            if let Some(way) = bp_error_verification(error, index).as_ref() {
                [way.search, way.path, way.compare].into_iter().for_each(text);
                fields(way.filters, way.filter_count);
            }
        }
    }
}

impl Kept {
    /// Reads a step and retains its output.
    pub(super) fn read(&mut self, step: &bp_step) {
        text(step.method);
        text(step.url);
        text(step.journal);
        bytes(step.body.data, step.body.len);
        fields(step.headers, step.header_count);
        // SAFETY: outputs of a fresh step, or NULL, which every function bears.
        unsafe {
            if !step.page.is_null() {
                self.pages.push(bp_page_retain(step.page));
            }
            if !step.resources.is_null() {
                self.resources.push(bp_resources_retain(step.resources));
            }
            if !step.reply.is_null() {
                self.replies.push(bp_reply_retain(step.reply));
            }
            if !step.data.is_null() {
                self.data.push(bp_data_retain(step.data));
            }
        }
    }

    /// Reads all that was kept once more, and frees it.
    pub(super) fn free(self) {
        // SAFETY: each was retained once and is freed once; indices beyond the end are allowed.
        unsafe {
            for it in self.pages {
                page(it);
                bp_page_free(it);
            }
            for it in self.resources {
                bytes(bp_resources_body(it).data, bp_resources_body(it).len);
                text(bp_resources_missing(it));
                text(bp_resources_requested(it));
                for index in 0..bp_resources_count(it) {
                    let resource = &*bp_resources_at(it, index);
                    bytes(resource.json.data, resource.json.len);
                }
                for index in 0..=bp_resources_refused_count(it) {
                    error(bp_resources_refused_error(it, index));
                }
                bp_resources_free(it);
            }
            for it in self.replies {
                reply(it);
                bp_reply_free(it);
            }
            for it in self.data {
                text(bp_data_name(it));
                for index in 0..=bp_data_count(it) {
                    text(bp_data_json(it, index));
                    bytes(bp_data_record(it, index).data, bp_data_record(it, index).len);
                    error(bp_data_error(it, index));
                }
                bp_data_free(it);
            }
        }
    }
}

/// Reads every cell, also beyond the last.
fn page(page: *const bp_page) {
    let (mut room, mut is_text) = ([0_u8; 8], false);
    // SAFETY: a page of our own; places beyond its end are allowed, and the room is as long as is said.
    unsafe {
        for column in 0..bp_page_column_count(page) {
            let column = &*bp_page_column(page, column);
            text(column.name);
            text(column.report_type);
            bytes(column.texts.data, column.texts.len);
        }
        for row in 0..=bp_page_rows(page) {
            for column in 0..=bp_page_column_count(page) {
                black_box(bp_page_is_null(page, column, row));
                black_box(bp_page_cell_text(page, column, row, room.as_mut_ptr().cast(), room.len()));
                let label = bp_page_label(page, column, row, &mut is_text);
                bytes(label.data, label.len);
            }
        }
    }
}
