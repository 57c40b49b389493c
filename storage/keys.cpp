#include "storage/keys.hpp"

namespace ingot::storage {

std::string prefix_end(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty() && uint8_t(end.back()) == 0xFF) end.pop_back();
    if (!end.empty()) end.back() = char(uint8_t(end.back()) + 1);
    return end;
}

Range prefix_range(Space space, std::string prefix) {
    Range range;
    range.space = space;
    range.end = prefix_end(prefix);
    range.begin = std::move(prefix);
    return range;
}

std::string numbered(Bytes prefix, uint64_t number) {
    std::string key;
    key.reserve(prefix.size() + 8);
    key += prefix;
    put_u64be(key, number);
    return key;
}

Result<std::optional<uint64_t>> find_number(View const& view, Space space, std::string const& key) {
    auto value = view.get(space, key);
    if (!value) return fail(std::move(value.error()));
    if (!*value) return std::optional<uint64_t>();
    if ((*value)->size() != 8)
        return fail(Code::DataDamaged, "a stored number is not 8 bytes long", "存储的数据已损坏");
    return std::optional<uint64_t>(get_u64be(**value, 0));
}

}  // namespace ingot::storage
