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

}  // namespace ingot::storage
