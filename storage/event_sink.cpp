#include "storage/event_sink.hpp"

#include "base/encoding.hpp"

namespace ingot::storage {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (uint8_t(c) < 0x20)
            out += "\\u00" + to_hex({&c, 1});
        else
            out += c;
    }
    return out += '"';
}

}  // namespace

std::string member(std::string_view name, std::string_view text) { return quoted(name) + ":" + quoted(text); }
std::string member(std::string_view name, uint64_t number) { return quoted(name) + ":" + std::to_string(number); }

}  // namespace ingot::storage
