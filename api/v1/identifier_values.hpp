// Values of records as they come in JSON (spec/handle-rest.md 2).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/json_reader.hpp"
#include "storage/record_table.hpp"

namespace ingot::api {

// JsonRules of bodies that hold values: strings long enough for 64 KiB in base64 and in hex.
JsonRules value_rules(Limits const& limits);

// One value object {index, type, data, ttl, timestamp, visibility, permissions, references}. Leaves faults in the body.
storage::RecordValue read_value(JsonObject const& object);
std::vector<storage::RecordValue> read_values(std::vector<JsonObject> const& objects);

// The short form of a record, {"2000":"Pb99.994", "2001":{...}}: a text is a value of type TEXT. A null stays nothing:
// PATCH removes that index.
std::map<uint32_t, std::optional<storage::RecordValue>> read_record_map(JsonObject const& object);
std::vector<storage::RecordValue> read_record(JsonObject const& object);  // a null is a fault

// The member `template`: a template version (identifiers.md 2.4); empty when it is absent. Leaves a fault in the body.
std::string read_template_version(JsonObject const& object);

}  // namespace ingot::api
