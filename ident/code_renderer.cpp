// From values to codes (spec/identifiers.md 7.3, 7.4).
#include <algorithm>
#include <chrono>

#include "base/encoding.hpp"
#include "ident/business_date.hpp"
#include "ident/coding_profile.hpp"
#include "ident/profile_document.hpp"

namespace ingot::ident {

// Reads the values of one call against the profile, collecting every fault.
class ValueReader {
  public:
    using Values = std::map<std::string, std::string>;

    ValueReader(ProfileDocument const& document, Values const& given, Time now)
        : document_(document), given_(given), today_(document.zone->date_at(now)) {}

    Result<CodeRenderer> read(Prefix const& prefix) {
        for (auto const& segment : document_.segments) read_segment(segment);
        for (auto const& [name, value] : given_)
            if (!expected_.count(name))
                add(name, "unexpected-value", "the profile takes no value of this name here", "编码规则此处不接受该值");
        if (!faults_.empty()) {
            Error error{Code::ProfileViolation, "the values do not fit coding profile " + document_.name,
                        "取值不符合编码规则 " + document_.name};
            error.faults = std::move(faults_);
            return fail(std::move(error));
        }
        return build(prefix);
    }

  private:
    void add(std::string const& name, std::string code, std::string detail, std::string detail_zh) {
        faults_.push_back({"/values/" + name, std::move(code), std::move(detail), std::move(detail_zh)});
    }

    void read_segment(Segment const& segment) {
        if (segment.kind == SegmentKind::Counter || is_omitted(segment, used_)) return;
        if (segment.kind == SegmentKind::Literal) {
            used_[segment.name] = segment.value;
            return;
        }
        expected_[segment.name] = true;
        auto at = given_.find(segment.name);
        if (segment.kind == SegmentKind::Date) return read_date(segment, at == given_.end() ? nullptr : &at->second);
        if (at == given_.end()) return add(segment.name, "missing", "the profile needs this value", "编码规则需要此值");
        if (!fits_segment(segment, at->second))
            return add(segment.name, "not-fitting", describe(segment), describe_zh(segment));
        used_[segment.name] = at->second;
    }

    void read_date(Segment const& segment, std::string const* text) {
        auto date = text ? parse_iso_date(*text) : std::optional(today_);
        if (!date)
            return add(segment.name, "not-fitting", "a date is yyyy-MM-dd, e.g. 2026-11-22", "日期格式应为 yyyy-MM-dd");
        auto ahead = (std::chrono::sys_days(*date) - std::chrono::sys_days(today_)).count();
        if (ahead < -document_.date_back_days || ahead > document_.date_forward_days) {
            std::string today = format_iso_date(today_);
            return add(segment.name, "date-range",
                       "the date must lie within " + std::to_string(document_.date_back_days) + " days before and " +
                           std::to_string(document_.date_forward_days) + " days after " + today,
                       "日期应在 " + today + " 之前 " + std::to_string(document_.date_back_days) + " 天至之后 " +
                           std::to_string(document_.date_forward_days) + " 天之内");
        }
        used_[segment.name] = format_date(segment.format, *date);
    }

    static std::string describe(Segment const& segment) {
        if (segment.kind == SegmentKind::Enum) {
            std::string out = "the value must be one of";
            for (auto const& [code, label] : segment.values) out += " " + code;
            return out;
        }
        if (segment.kind == SegmentKind::Station)
            return "the value must be " + std::to_string(segment.width) + " of 0-9 A-Z";
        static constexpr char const* kSets[] = {"0-9", "A-Z", "0-9 A-Z", "0-9 A-Z -"};
        return "the value must be " + std::to_string(segment.min) + " to " + std::to_string(segment.max) + " of " +
               kSets[size_t(segment.charset)];
    }

    static std::string describe_zh(Segment const& segment) {
        return segment.kind == SegmentKind::Enum ? "取值不在编码规则的枚举之内" : "字符或长度不符合编码规则";
    }

    CodeRenderer build(Prefix const& prefix) {
        CodeRenderer out;
        std::string suffix;
        for (auto const& segment : document_.segments) {
            if (segment.kind == SegmentKind::Counter) {
                out.width_ = segment.width;
                out.base_ = segment.base;
                out.first_ = segment.start;
                out.last_ = last_counter_number(segment, document_.overflow);
                out.scope_key_ = scope_key_of(segment, used_);
            } else if (auto at = used_.find(segment.name); at != used_.end()) {
                suffix += at->second;
                suffix += document_.separator;
            }
        }
        out.fixed_ = std::string(prefix.text()) + '/' + suffix;
        out.mode_ = document_.check.mode;
        out.join_ = document_.check.join;
        out.checked_.feed(document_.check.over == CheckOver::Identifier ? out.fixed_ : suffix);
        out.values_ = std::move(used_);
        return out;
    }

    ProfileDocument const& document_;
    Values const& given_;
    std::chrono::year_month_day today_;
    Values used_;
    std::map<std::string, bool> expected_;
    std::vector<Fault> faults_;
};

Result<CodeRenderer> CodingProfile::renderer(Prefix const& prefix, std::map<std::string, std::string> const& values,
                                             Time now) const {
    if (!fits(prefix))
        return fail(Code::ProfileViolation, "the profile belongs to another prefix", "该编码规则属于其他前缀");
    return ValueReader(*document_, values, now).read(prefix);
}

void CodeRenderer::append(uint64_t number, std::string& out) const {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % base_];
        number /= base_;
    } while (number > 0);
    while (sizeof digits - at < width_) digits[--at] = '0';
    std::string_view text(digits + at, sizeof digits - at);
    out += fixed_;
    out += text;
    if (mode_ == CheckMode::None) return;
    out += join_;
    out += CheckCharacter(checked_).feed(text).character();
}

std::string CodeRenderer::render(uint64_t number) const {
    std::string out;
    out.reserve(fixed_.size() + 24);
    append(number, out);
    return out;
}

}  // namespace ingot::ident
