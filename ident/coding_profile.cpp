#include "ident/coding_profile.hpp"

#include <algorithm>
#include <stdexcept>

#include "ident/business_date.hpp"
#include "ident/digits.hpp"
#include "ident/profile_document.hpp"

namespace ingot::ident {
namespace {

constexpr std::string_view kNonferrousDefault = R"({
  "profile": "nonferrous-default", "version": 1, "prefix": "*",
  "separator": ".",
  "segments": [
    {"name":"class","kind":"enum","values":{"RM":"原料/精矿","MT":"中间物料","BT":"炉次/批次",
      "PD":"产品锭卷","EQ":"设备","WH":"仓单","DC":"质检/质保书","OD":"订单","SC":"废料"}},
    {"name":"product","kind":"text","charset":"alnum-upper-dash","min":1,"max":20},
    {"name":"date","kind":"date","format":"yyyymmdd","omitFor":{"class":["EQ"]}},
    {"name":"serial","kind":"counter","width":6,"base":10,"start":1,"scope":["class","product","date"]}
  ],
  "check": {"algorithm":"iso7064-mod37-36","join":"-","over":"identifier","mode":"required"},
  "timezone": "Asia/Shanghai", "dateBack": 3, "dateForward": 14,
  "overflow": "refuse", "freeForm": true
})";

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool in_charset(Charset charset, char c) {
    switch (charset) {
        case Charset::Digit:
            return is_digit(c);
        case Charset::Upper:
            return is_upper(c);
        case Charset::AlnumUpper:
            return is_digit(c) || is_upper(c);
        case Charset::AlnumUpperDash:
            return is_digit(c) || is_upper(c) || c == '-';
    }
    return false;
}

bool all_in(Charset charset, std::string_view text) {
    return std::all_of(text.begin(), text.end(), [&](char c) { return in_charset(charset, c); });
}

uint64_t power(uint64_t base, uint32_t exponent) {
    uint64_t out = 1;
    while (exponent-- > 0) out *= base;
    return out;
}

constexpr uint32_t kDigitsMax10 = 18, kDigitsMax36 = 12;  // widened counters; still within 64 bits

uint32_t digits_max(Segment const& counter, Overflow overflow) {
    if (overflow == Overflow::Refuse) return counter.width;
    return counter.base == 10 ? kDigitsMax10 : kDigitsMax36;
}

}  // namespace

bool is_omitted(Segment const& segment, std::map<std::string, std::string> const& earlier) {
    for (auto const& [name, values] : segment.omit_for) {
        auto at = earlier.find(name);
        if (at != earlier.end() && std::find(values.begin(), values.end(), at->second) != values.end()) return true;
    }
    return false;
}

bool fits_segment(Segment const& segment, std::string_view text) {
    switch (segment.kind) {
        case SegmentKind::Literal:
            return text == segment.value;
        case SegmentKind::Enum:
            return segment.values.count(std::string(text)) != 0;
        case SegmentKind::Text:
            return text.size() >= segment.min && text.size() <= segment.max && all_in(segment.charset, text);
        case SegmentKind::Date:
            return is_date(segment.format, text);
        case SegmentKind::Station:
            return text.size() == segment.width && all_in(Charset::AlnumUpper, text);
        case SegmentKind::Counter:
            return false;
    }
    return false;
}

uint64_t last_counter_number(Segment const& counter, Overflow overflow) {
    return power(counter.base, digits_max(counter, overflow)) - 1;
}

size_t longest(Segment const& segment, Overflow overflow) {
    switch (segment.kind) {
        case SegmentKind::Literal:
            return segment.value.size();
        case SegmentKind::Enum: {
            size_t length = 0;
            for (auto const& [code, label] : segment.values) length = std::max(length, code.size());
            return length;
        }
        case SegmentKind::Text:
            return segment.max;
        case SegmentKind::Date:
            return date_length(segment.format);
        case SegmentKind::Station:
            return segment.width;
        case SegmentKind::Counter:
            return digits_max(segment, overflow);
    }
    return 0;
}

std::string scope_key_of(Segment const& counter, std::map<std::string, std::string> const& values) {
    std::string out;
    for (auto const& name : counter.scope) {
        auto at = values.find(name);
        if (at == values.end()) continue;  // omitted: drops out of the scope
        if (!out.empty()) out += '\x1F';
        out += at->second;
    }
    return out;
}

CodingProfile const& CodingProfile::nonferrous_default() {
    static CodingProfile const profile = [] {
        auto parsed = parse(kNonferrousDefault);
        if (!parsed) throw std::logic_error("the shipped coding profile is not valid");
        return *std::move(parsed);
    }();
    return profile;
}

std::string const& CodingProfile::name() const { return document_->name; }
uint32_t CodingProfile::version() const { return document_->version; }
std::string const& CodingProfile::prefix() const { return document_->prefix; }
bool CodingProfile::fits(Prefix const& prefix) const {
    return !document_->enterprise || *document_->enterprise == prefix;
}
std::string const& CodingProfile::json() const { return document_->json; }
char CodingProfile::separator() const { return document_->separator; }
std::vector<Segment> const& CodingProfile::segments() const { return document_->segments; }
CheckRule const& CodingProfile::check() const { return document_->check; }
std::string const& CodingProfile::timezone() const { return document_->timezone; }
int CodingProfile::date_back_days() const { return document_->date_back_days; }
int CodingProfile::date_forward_days() const { return document_->date_forward_days; }
Overflow CodingProfile::overflow() const { return document_->overflow; }
bool CodingProfile::free_form() const { return document_->free_form; }

ProfileMatch match_profiles(std::vector<CodingProfile> const& newest_first, Identifier const& identifier) {
    ProfileMatch wrong;
    for (auto const& profile : newest_first) {
        Shape const shape = profile.shape(identifier);
        if (shape == Shape::Match) return {&profile, shape};
        if (shape == Shape::WrongCheck && !wrong.profile) wrong = {&profile, shape};
    }
    return wrong;
}

}  // namespace ingot::ident
