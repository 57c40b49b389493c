#include "net/http.hpp"

#include "base/encoding.hpp"

namespace ingot::net {

std::string_view name(Method method) {
    switch (method) {
        case Method::Get:
            return "GET";
        case Method::Head:
            return "HEAD";
        case Method::Post:
            return "POST";
        case Method::Put:
            return "PUT";
        case Method::Patch:
            return "PATCH";
        case Method::Delete:
            return "DELETE";
        case Method::Options:
            return "OPTIONS";
        case Method::Other:
            break;
    }
    return "OTHER";
}

std::string_view Head::field(std::string_view wanted) const {
    for (auto const& [field_name, value] : fields)
        if (equal_ignoring_ascii_case(field_name, wanted)) return value;
    return {};
}

bool Head::has(std::string_view wanted) const {
    for (auto const& [field_name, value] : fields)
        if (equal_ignoring_ascii_case(field_name, wanted)) return true;
    return false;
}

}  // namespace ingot::net
