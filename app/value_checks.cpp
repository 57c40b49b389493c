#include "app/value_checks.hpp"

#include "base/encoding.hpp"
#include "storage/event_table.hpp"
#include "storage/graph_table.hpp"
#include "storage/record_table.hpp"
#include "storage/registry_table.hpp"

namespace ingot::app {
namespace {

using storage::Bytes;
using storage::Space;

Result<void> wrong(char const* what) { return fail(Code::DataDamaged, what); }

// The number after the key's letter; nothing when the key is too short for one.
std::optional<uint64_t> number_of(Bytes key) {
    if (key.size() < 9) return std::nullopt;
    return get_u64be(key, 1);
}

template <class Decode>
storage::ValueCheck numbered(Decode decode) {
    return [decode](Space, Bytes key, Bytes value) -> Result<void> {
        auto number = number_of(key);
        if (!number) return wrong("the key is too short for its number");
        auto decoded = decode(*number, value);
        if (!decoded) return fail(decoded.error());
        return {};
    };
}

storage::ValueCheck record_check() {
    return [](Space, Bytes key, Bytes value) {
        return storage::check_record_row({std::string(key), std::string(value)});
    };
}

storage::ValueCheck registry_check() {
    return [](Space, Bytes key, Bytes value) {
        return storage::check_registry_row({std::string(key), std::string(value)});
    };
}

Result<void> check_account_row(Space, Bytes, Bytes value) {
    auto decoded = storage::decode_account_row(value);
    if (!decoded) return fail(decoded.error());
    return {};
}

Result<void> check_event_bytes(Space, Bytes, Bytes value) {
    bool object = value.size() >= 2 && value.front() == '{' && value.back() == '}' && is_utf8(value);
    return object ? Result<void>() : wrong("an event is a JSON object in UTF-8");
}

Result<void> check_number(Space, Bytes, Bytes value) {
    return value.size() == 8 ? Result<void>() : wrong("the value is not one number of 8 bytes");
}

Result<void> check_empty(Space, Bytes, Bytes value) {
    return value.empty() ? Result<void>() : wrong("the value of this index is empty");
}

}  // namespace

storage::ValueChecks value_checks() {
    storage::ValueChecks checks;
    for (char letter : {'R', 'H'}) checks.add(Space::record, letter, record_check());
    for (char letter : {'P', 'E', 'A', 'K', 'F', 'G'}) checks.add(Space::record, letter, registry_check());
    checks.add(Space::graph, 'l', numbered(storage::decode_lot));
    checks.add(Space::graph, 'e', numbered(storage::decode_link));
    checks.add(Space::graph, 'c', numbered(storage::decode_campaign));
    for (char letter : {'s', 'r'}) checks.add(Space::row, letter, check_account_row);
    checks.add(Space::event, 'v', check_event_bytes);
    checks.add(Space::event, 'f', numbered(storage::decode_facts));
    for (char letter : {'n', 'm', 'i', 'd', 't'}) checks.add(Space::index, letter, check_number);
    for (char letter : {'x', 'y', 'u', 'a'}) checks.add(Space::index, letter, check_empty);
    for (char letter : {'c', 'q'}) checks.add(Space::index, letter, registry_check());
    return checks;
}

}  // namespace ingot::app
