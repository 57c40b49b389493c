#include "base/encoding.hpp"
#include "ident/profile_document.hpp"
#include "ident/suffix_rules.hpp"

namespace ingot::ident {
namespace {

std::string pointer_to(size_t segment) { return "/segments/" + std::to_string(segment); }

void check_counters(std::vector<Segment> const& segments, std::vector<Fault>& faults) {
    size_t counters = 0;
    for (size_t i = 0; i < segments.size(); ++i) {
        if (segments[i].kind != SegmentKind::Counter) continue;
        if (++counters > 1)
            faults.push_back(
                {pointer_to(i), "second-counter", "a profile has exactly one counter", "编码规则只能有一个流水号段"});
        if (i + 1 != segments.size())
            faults.push_back(
                {pointer_to(i), "counter-not-last", "the counter is the last segment", "流水号段应为最后一段"});
    }
    if (counters == 0)
        faults.push_back({"/segments", "no-counter", "a profile needs one counter, as the last segment",
                          "编码规则需要一个流水号段，并位于最后"});
}

void check_separator(Segment const& segment, size_t index, char separator, std::vector<Fault>& faults) {
    if (segment.kind == SegmentKind::Text && separator == '-' && segment.charset == Charset::AlnumUpperDash)
        faults.push_back({pointer_to(index) + "/charset", "invalid-member",
                          "the separator '-' must not be in the charset", "字符集不能包含分隔符“-”"});
    if (segment.kind != SegmentKind::Literal) return;
    auto characters = check_new_characters(segment.value, false);
    if (!characters)
        faults.push_back(
            {pointer_to(index) + "/value", "invalid-member", characters.error().detail, characters.error().detail_zh});
    else if (segment.value.empty() || segment.value.find(separator) != std::string::npos ||
             segment.value.find('/') != std::string::npos || to_upper_ascii(segment.value) != segment.value)
        faults.push_back({pointer_to(index) + "/value", "invalid-member",
                          "must not be empty, nor hold the separator, '/' or lower-case letters",
                          "不能为空，也不能包含分隔符、“/”或小写字母"});
}

void check_length(ProfileDocument const& document, std::vector<Fault>& faults) {
    size_t length = document.enterprise ? document.prefix.size() + 1 : 0;
    for (auto const& segment : document.segments) length += longest(segment, document.overflow) + 1;
    length -= 1;  // no separator after the counter
    if (document.check.mode != CheckMode::None) length += document.check.join.size() + 1;
    if (length > kCodeBytesMax)
        faults.push_back({"/segments", "too-long",
                          "the longest code has " + std::to_string(length) + " bytes; at most 255 are allowed",
                          "最长编码为 " + std::to_string(length) + " 字节，超过 255 字节"});
}

}  // namespace

void check_profile_rules(ProfileDocument const& document, std::vector<Fault>& faults) {
    bool complete = faults.empty();
    if (document.segments.empty()) return;  // already said
    check_counters(document.segments, faults);
    for (size_t i = 0; i < document.segments.size(); ++i)
        check_separator(document.segments[i], i, document.separator, faults);
    if (complete) check_length(document, faults);  // lengths mean little while other members are wrong
}

}  // namespace ingot::ident
