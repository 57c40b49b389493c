#include "base/time_zone.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/encoding.hpp"

namespace ingot {

struct TimeZone::Rules {
    std::vector<int64_t> changes;  // Unix seconds, ascending
    std::vector<int32_t> offsets;  // offsets[0] before the first change, offsets[i + 1] from changes[i] on
};

namespace {

constexpr size_t kHeaderBytes = 44, kFileBytesMax = 64 * 1024;

bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name[0] == '/' || name.find("..") != std::string_view::npos) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
               c == '-' || c == '+';
    });
}

std::string read_zone_file(std::string_view name) {
    std::string path = "/usr/share/zoneinfo/" + std::string(name);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return {};  // reading a directory would throw
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return bytes.size() <= kFileBytesMax ? bytes : std::string();
}

// The six counts of a TZif header (RFC 8536 3.1).
struct Counts {
    size_t ut, standard, leap, time, type, characters;
};

std::optional<Counts> read_counts(std::string_view bytes) {
    if (bytes.size() < kHeaderBytes || bytes.substr(0, 4) != "TZif") return std::nullopt;
    auto count = [&](size_t i) { return size_t(get_u32be(bytes, 20 + 4 * i)); };
    Counts counts{count(0), count(1), count(2), count(3), count(4), count(5)};
    bool plausible = counts.type >= 1 && counts.type <= 256 && counts.time <= 10'000 && counts.leap <= 1'000 &&
                     counts.characters <= 10'000 && counts.ut <= 256 && counts.standard <= 256;
    return plausible ? std::optional(counts) : std::nullopt;
}

size_t block_bytes(Counts const& c, size_t time_bytes) {
    return c.time * (time_bytes + 1) + c.type * 6 + c.characters + c.leap * (time_bytes + 4) + c.standard + c.ut;
}

}  // namespace

std::optional<TimeZone> TimeZone::find(std::string_view name) {
    auto rules = std::make_shared<Rules>();
    if (name == "UTC" || name == "Asia/Shanghai") {
        rules->offsets = {name == "UTC" ? 0 : 8 * 3600};
        return TimeZone(std::move(rules));
    }
    if (!is_zone_name(name)) return std::nullopt;
    std::string file = read_zone_file(name);
    std::string_view bytes = file;
    auto first = read_counts(bytes);
    if (!first || bytes[4] < '2') return std::nullopt;  // version 1 has 32-bit times only
    size_t skip = kHeaderBytes + block_bytes(*first, 4);
    if (bytes.size() < skip) return std::nullopt;
    bytes.remove_prefix(skip);
    auto counts = read_counts(bytes);
    if (!counts || bytes.size() < kHeaderBytes + block_bytes(*counts, 8)) return std::nullopt;
    bytes.remove_prefix(kHeaderBytes);
    size_t types_at = counts->time * 9;
    auto offset_of = [&](size_t type) { return int32_t(get_u32be(bytes, types_at + 6 * type)); };
    rules->offsets.push_back(offset_of(0));
    for (size_t i = 0; i < counts->time; ++i) {
        size_t type = uint8_t(bytes[counts->time * 8 + i]);
        if (type >= counts->type) return std::nullopt;
        rules->changes.push_back(int64_t(get_u64be(bytes, 8 * i)));
        rules->offsets.push_back(offset_of(type));
    }
    return TimeZone(std::move(rules));
}

std::chrono::seconds TimeZone::offset_at(Time time) const {
    int64_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    auto const& changes = rules_->changes;
    size_t passed = size_t(std::upper_bound(changes.begin(), changes.end(), seconds) - changes.begin());
    return std::chrono::seconds(rules_->offsets[passed]);
}

std::chrono::year_month_day TimeZone::date_at(Time time) const {
    return std::chrono::floor<std::chrono::days>(time + offset_at(time));
}

}  // namespace ingot
