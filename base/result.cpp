#include "base/result.hpp"

#include <array>

namespace ingot {

std::string_view slug(Code code) {
    static constexpr std::array kSlugs = {
#define INGOT_CODE(name, slug) std::string_view(slug),
#include "base/codes.inc"
#undef INGOT_CODE
    };
    return kSlugs[static_cast<size_t>(code)];
}

}  // namespace ingot
