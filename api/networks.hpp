// A list of address ranges, e.g. metrics.allow: "127.0.0.0/8", "::1/128", "10.1.2.3" or the word "loopback".
// Immutable; thread safe.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ingot::api {

class Networks {
  public:
    Networks() = default;                                                  // none
    static Result<Networks> parse(std::vector<std::string> const& texts);  // Code::Config names the bad one
    static Networks loopback();
    // False for text that is no address. IPv4 in IPv6 (::ffff:1.2.3.4) counts as IPv4.
    bool contains(std::string_view address) const;

  private:
    struct Range {
        std::array<uint8_t, 16> bytes{};
        int bits = 0;  // of the 128; IPv4 is kept as ::ffff:a.b.c.d
    };
    std::vector<Range> ranges_;
};

}  // namespace ingot::api
