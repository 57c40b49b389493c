#include "api/networks.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "base/encoding.hpp"

namespace ingot::api {
namespace {

struct Address {
    std::array<uint8_t, 16> bytes{};
    bool v4 = false;
};

std::optional<Address> parse_address(std::string_view text) {
    if (text.size() > 45) return std::nullopt;
    std::string const copy(text);
    Address address;
    if (inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) {
        address.bytes[10] = address.bytes[11] = 0xFF;
        address.v4 = true;
        return address;
    }
    if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool same_bits(std::array<uint8_t, 16> const& a, std::array<uint8_t, 16> const& b, int bits) {
    auto const whole = static_cast<size_t>(bits / 8);
    if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
    if (bits % 8 == 0) return true;
    int const shift = 8 - bits % 8;
    return (a[whole] >> shift) == (b[whole] >> shift);
}

}  // namespace

Result<Networks> Networks::parse(std::vector<std::string> const& texts) {
    Networks networks;
    for (auto const& text : texts) {
        if (text == "loopback") {
            auto own = loopback().ranges_;
            networks.ranges_.insert(networks.ranges_.end(), own.begin(), own.end());
            continue;
        }
        size_t const slash = text.find('/');
        auto const address = parse_address(std::string_view(text).substr(0, slash));
        int const most = address && address->v4 ? 32 : 128;
        int bits = most;
        bool fine = address.has_value();
        if (fine && slash != std::string::npos) {
            auto const [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
            fine = error == std::errc() && end == text.data() + text.size() && bits >= 0 && bits <= most;
        }
        if (!fine)
            return fail(Code::Config, "\"" + excerpt(text) + "\" is not a network such as 10.0.0.0/8 or ::1/128",
                        "\"" + excerpt(text) + "\" 不是网络地址，应如 10.0.0.0/8 或 ::1/128");
        networks.ranges_.push_back({address->bytes, address->v4 ? bits + 96 : bits});
    }
    return networks;
}

Networks Networks::loopback() { return parse({"127.0.0.0/8", "::1/128"}).value(); }

bool Networks::contains(std::string_view text) const {
    auto const address = parse_address(text);
    if (!address) return false;
    for (auto const& range : ranges_)
        if (same_bits(address->bytes, range.bytes, range.bits)) return true;
    return false;
}

}  // namespace ingot::api
