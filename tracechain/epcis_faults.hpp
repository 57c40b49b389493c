// What is wrong with one event or document, with JSON pointers into the request body. At most 20 faults are kept
// (spec/security.md 8).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tracechain/event.hpp"
#include "tracechain/json_value.hpp"

namespace ingot::tracechain {

class FaultList {
  public:
    // `root` is the event or document; `pointer` where it stands in the request body.
    FaultList(JsonValue const& root, std::string pointer) : root_(&root), pointer_(std::move(pointer)) {}

    // A broken rule of the checklist: E2, U3, document ... The error becomes event-invalid.
    void add(JsonValue const& at, std::string_view rule, std::string detail, std::string detail_zh);
    // A broken rule of the extensions, with its own code.
    void add(JsonValue const& at, Code code, std::string detail, std::string detail_zh);
    void add(JsonValue const& at, Error const& error) { add(at, error.code, error.detail, error.detail_zh); }

    bool empty() const { return faults_.empty(); }
    bool full() const { return faults_.size() >= 20; }
    // The code of the first fault, with all faults. Must not be empty.
    Error error() const;

    // A pointer inside the root, for warnings and members.
    std::string inside(JsonValue const& at) const { return JsonTree::pointer(*root_, at); }

  private:
    void keep(JsonValue const& at, Code code, std::string rule, std::string detail, std::string detail_zh);

    JsonValue const* root_;
    std::string pointer_;
    Code code_ = Code::EventInvalid;
    std::vector<Fault> faults_;
};

// How a message calls a value: its member name, or "item".
std::string label(JsonValue const& value);
// What stands there, shortened, for a message.
std::string shown(JsonValue const& value);

// Values every rule asks for. Each adds a fault and answers false when the value is something else.
bool require_string(FaultList& faults, JsonValue const& value, std::string_view rule);
bool require_uri(FaultList& faults, JsonValue const& value, std::string_view rule);
bool require_date_time(FaultList& faults, JsonValue const& value, std::string_view rule);
bool require_array(FaultList& faults, JsonValue const& value, std::string_view rule);
bool require_object(FaultList& faults, JsonValue const& value, std::string_view rule);
// The @context rules of epcis-rest.md 1.
void require_context(FaultList& faults, JsonValue const& context, std::string_view rule);
void missing(FaultList& faults, JsonValue const& object, std::string_view rule, std::string_view member,
             std::string_view example);

}  // namespace ingot::tracechain
