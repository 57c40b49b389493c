// What a coding profile document says, once read. Internal to the profile: others use coding_profile.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.hpp"
#include "ident/coding_profile.hpp"

namespace ingot::ident {

inline constexpr size_t kCodeBytesMax = 255;  // of a whole code

struct ProfileDocument {
    std::string json;
    std::string name;
    uint32_t version = 0;
    std::string prefix = "*";
    std::optional<Prefix> enterprise;  // parsed `prefix`, unless "*"
    char separator = '.';
    std::vector<Segment> segments;
    CheckRule check;
    std::string timezone = "Asia/Shanghai";
    std::optional<TimeZone> zone;
    int date_back_days = 3, date_forward_days = 14;
    Overflow overflow = Overflow::Refuse;
    bool free_form = true;
};

// Whether the segment vanishes beside the values of the earlier segments.
bool is_omitted(Segment const& segment, std::map<std::string, std::string> const& earlier);
// Whether the text fits a segment of kind literal, enum, text, date or station.
bool fits_segment(Segment const& segment, std::string_view text);
uint64_t last_counter_number(Segment const& counter, Overflow overflow);
size_t longest(Segment const& segment, Overflow overflow);
std::string scope_key_of(Segment const& counter, std::map<std::string, std::string> const& values);

// Rules that look at more than one member: one counter and it stands last, separators outside the segments, literals,
// lengths. Adds to `faults`.
void check_profile_rules(ProfileDocument const& document, std::vector<Fault>& faults);

}  // namespace ingot::ident
