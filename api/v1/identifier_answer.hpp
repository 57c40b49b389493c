// The JSON of records, written straight into the answer: the few fixed shapes of the resolution path
// (spec/handle-rest.md 2; issue "Registry": the record on /v1/identifiers).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/handler.hpp"
#include "registry/leaf_note.hpp"
#include "resolver/resolver.hpp"
#include "storage/record_table.hpp"

namespace ingot::api {

// One value; with `visibility` as on /v1, without it as on Handle REST.
void write_value(std::string& out, storage::RecordValue const& value, bool with_visibility);
void write_values(std::string& out, std::vector<storage::RecordValue const*> const& values, bool with_visibility);

// {"identifier","state","version","etag","values":[...]}; the owner's view also says where the code came from.
void write_record(std::string& out, storage::Record const& record, std::string_view canonical,
                  registry::Visibility level);

// "log":{"origin","index","time","leaf"} of one leaf, or {"origin","first","count"} of several
// (transparency-log.md 5), with the name and a comma before it; nothing without a leaf.
void write_log(std::string& out, registry::LeafNote const& log, std::string_view origin);

// 1110 -> "1110"
std::string permission_text(uint8_t permissions);

}  // namespace ingot::api
