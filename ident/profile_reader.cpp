// Reads coding profile documents and names every fault (spec/identifiers.md 7.1).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "ident/business_date.hpp"
#include "ident/json_syntax.hpp"
#include "ident/profile_document.hpp"

namespace ingot::ident {
namespace {

using Json = nlohmann::json;

constexpr size_t kDocumentBytesMax = 64 * 1024;
constexpr size_t kDepthMax = 8;

bool is_upper_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) {
    return is_upper_alnum(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_name_character);
}

std::string pointer_part(std::string_view name) {
    std::string out = "/";
    for (char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

using Faults = std::vector<Fault>;

// One JSON object being read: knows its pointer and which members the page allows.
class Members {
  public:
    Members(Json const& object, std::string pointer, Faults& faults)
        : object_(object), pointer_(std::move(pointer)), faults_(faults) {}

    Json const* find(char const* name) {
        known_.insert(name);
        auto at = object_.find(name);
        return at == object_.end() ? nullptr : &*at;
    }

    void add(std::string pointer, std::string code, std::string detail, std::string detail_zh) {
        faults_.push_back({std::move(pointer), std::move(code), std::move(detail), std::move(detail_zh)});
    }

    std::string at(std::string_view name) const { return pointer_ + pointer_part(name); }

    void fault(std::string_view name, std::string detail, std::string detail_zh) {
        add(at(name), "invalid-member", std::move(detail), std::move(detail_zh));
    }

    // A string that may name something.
    bool name(char const* member, std::string& out) {
        if (!text(member, out, true)) return false;
        if (is_name(out)) return true;
        fault(member, "must be 1 to 64 of A-Z a-z 0-9 - _ .", "应为 1 至 64 个字母、数字、-、_ 或 .");
        return false;
    }

    void missing(char const* name) {
        add(at(name), "missing", std::string("the member ") + name + " is needed", std::string("缺少成员 ") + name);
    }

    // A string; `out` is left alone when it is absent or wrong.
    bool text(char const* name, std::string& out, bool needed = false) {
        Json const* value = find(name);
        if (!value) {
            if (needed) missing(name);
            return false;
        }
        if (!value->is_string()) {
            fault(name, "must be a string", "应为字符串");
            return false;
        }
        out = value->get<std::string>();
        return true;
    }

    // An integer from min to max.
    bool integer(char const* name, uint64_t min, uint64_t max, uint64_t& out, bool needed = false) {
        Json const* value = find(name);
        if (!value) {
            if (needed) missing(name);
            return false;
        }
        if (!value->is_number_unsigned() || value->get<uint64_t>() < min || value->get<uint64_t>() > max) {
            std::string range = std::to_string(min) + " to " + std::to_string(max);
            fault(name, "must be an integer from " + range, "应为 " + range + " 的整数");
            return false;
        }
        out = value->get<uint64_t>();
        return true;
    }

    void truth(char const* name, bool& out) {
        Json const* value = find(name);
        if (!value) return;
        if (!value->is_boolean()) return fault(name, "must be true or false", "应为 true 或 false");
        out = value->get<bool>();
    }

    template <class T>
    void choice(char const* name, std::vector<std::pair<char const*, T>> const& words, T& out, bool needed = false) {
        std::string word;
        if (!text(name, word, needed)) return;
        std::string list;
        for (auto const& [known, value] : words) {
            if (word == known) {
                out = value;
                return;
            }
            list += list.empty() ? known : std::string(", ") + known;
        }
        fault(name, "must be one of " + list, "应为以下之一：" + list);
    }

    // After all members have been asked for.
    void refuse_unknown() {
        for (auto const& item : object_.items())
            if (!known_.count(item.key()))
                add(at(item.key()), "unknown-member", "coding profiles have no such member here",
                    "编码规则中没有此成员");
    }

  private:
    Json const& object_;
    std::string pointer_;
    Faults& faults_;
    std::set<std::string, std::less<>> known_;
};

class ProfileReader {
  public:
    void read(Json const& json, ProfileDocument& out) {
        Members members(json, "", faults_);
        members.name("profile", out.name);
        uint64_t version = 0;
        members.integer("version", 1, UINT32_MAX, version, true);
        out.version = uint32_t(version);
        read_prefix(members, out);
        members.choice<char>("separator", {{".", '.'}, {"-", '-'}, {"_", '_'}}, out.separator);
        members.choice<Overflow>("overflow", {{"refuse", Overflow::Refuse}, {"widen", Overflow::Widen}}, out.overflow);
        members.truth("freeForm", out.free_form);
        read_days(members, "dateBack", out.date_back_days);
        read_days(members, "dateForward", out.date_forward_days);
        members.text("timezone", out.timezone);
        out.zone = TimeZone::find(out.timezone);
        if (!out.zone)
            members.fault("timezone", "no such time zone, e.g. Asia/Shanghai", "未知的时区，例如 Asia/Shanghai");
        read_segments(members, out);
        read_check(members, out.check);
        members.refuse_unknown();
        check_profile_rules(out, faults_);
    }

    Faults& faults() { return faults_; }

  private:
    void add(std::string pointer, std::string code, std::string detail, std::string detail_zh) {
        faults_.push_back({std::move(pointer), std::move(code), std::move(detail), std::move(detail_zh)});
    }

    void read_prefix(Members& members, ProfileDocument& out) {
        if (!members.text("prefix", out.prefix, true) || out.prefix == "*") return;
        auto prefix = Prefix::parse_for_registration(out.prefix);
        if (!prefix) return members.fault("prefix", prefix.error().detail, prefix.error().detail_zh);
        out.enterprise = *prefix;
    }

    void read_days(Members& members, char const* name, int& out) {
        uint64_t days = uint64_t(out);
        members.integer(name, 0, 366, days);
        out = int(days);
    }

    void read_segments(Members& members, ProfileDocument& out) {
        Json const* list = members.find("segments");
        if (!list) return members.missing("segments");
        if (!list->is_array() || list->empty() || list->size() > 32)
            return members.fault("segments", "must be an array of 1 to 32 segments", "应为 1 至 32 段的数组");
        for (size_t i = 0; i < list->size(); ++i) {
            std::string pointer = "/segments/" + std::to_string(i);
            Json const& json = (*list)[i];
            if (!json.is_object()) {
                add(pointer, "invalid-member", "must be an object", "应为对象");
                out.segments.emplace_back().kind = SegmentKind::Date;
                continue;
            }
            Segment segment = read_segment(json, pointer, out.segments, out.overflow);
            out.segments.push_back(std::move(segment));
        }
    }

    Segment read_segment(Json const& json, std::string const& pointer, std::vector<Segment> const& earlier,
                         Overflow overflow) {
        Members members(json, pointer, faults_);
        Segment out;
        out.kind = SegmentKind::Date;  // until its kind is known: no rule of other kinds is judged
        auto same = [&](Segment const& segment) { return segment.name == out.name; };
        if (members.name("name", out.name) && std::any_of(earlier.begin(), earlier.end(), same))
            members.fault("name", "another segment has this name", "段名重复");
        std::optional<SegmentKind> kind;
        members.choice<std::optional<SegmentKind>>("kind",
                                                   {{"literal", SegmentKind::Literal},
                                                    {"enum", SegmentKind::Enum},
                                                    {"text", SegmentKind::Text},
                                                    {"date", SegmentKind::Date},
                                                    {"counter", SegmentKind::Counter},
                                                    {"station", SegmentKind::Station}},
                                                   kind, true);
        if (!kind) return out;  // what else is wrong depends on the kind
        out.kind = *kind;
        read_kind(members, out, earlier, overflow);
        if (out.kind != SegmentKind::Counter) read_omit_for(members, out, earlier);
        members.refuse_unknown();
        return out;
    }

    void read_kind(Members& members, Segment& out, std::vector<Segment> const& earlier, Overflow overflow) {
        switch (out.kind) {
            case SegmentKind::Literal:
                members.text("value", out.value, true);
                return;
            case SegmentKind::Enum:
                return read_enum(members, out);
            case SegmentKind::Text:
                return read_text(members, out);
            case SegmentKind::Date:
                return read_date(members, out);
            case SegmentKind::Counter:
                return read_counter(members, out, earlier, overflow);
            case SegmentKind::Station: {
                uint64_t width = 0;
                members.integer("width", 1, 4, width, true);
                out.width = uint32_t(width);
            }
        }
    }

    void read_enum(Members& members, Segment& out) {
        Json const* values = members.find("values");
        if (!values) return members.missing("values");
        if (!values->is_object() || values->empty())
            return members.fault("values", "must be an object of code and label", "应为“代码：名称”的对象");
        for (auto const& item : values->items()) {
            std::string const& code = item.key();
            if (code.empty() || !std::all_of(code.begin(), code.end(), is_upper_alnum) || !item.value().is_string())
                add(members.at("values") + pointer_part(code), "invalid-member",
                    "a code is upper-case letters and digits, its label a string",
                    "代码应为大写字母和数字，名称应为字符串");
            else
                out.values[code] = item.value().get<std::string>();
        }
    }

    void read_text(Members& members, Segment& out) {
        members.choice<Charset>("charset",
                                {{"digit", Charset::Digit},
                                 {"upper", Charset::Upper},
                                 {"alnum-upper", Charset::AlnumUpper},
                                 {"alnum-upper-dash", Charset::AlnumUpperDash}},
                                out.charset, true);
        uint64_t min = 1, max = 1;
        bool both = members.integer("min", 1, kCodeBytesMax, min, true);
        both = members.integer("max", 1, kCodeBytesMax, max, true) && both;
        if (both && max < min) members.fault("max", "must not be below min", "不能小于 min");
        out.min = size_t(min);
        out.max = size_t(max);
    }

    void read_date(Members& members, Segment& out) {
        std::string word;
        if (!members.text("format", word, true)) return;
        auto format = parse_date_format(word);
        if (!format) return members.fault("format", "must be one of yyyymmdd yymmdd yyyymm yyyy yyddd", "日期格式无效");
        out.format = *format;
    }

    void read_counter(Members& members, Segment& out, std::vector<Segment> const& earlier, Overflow overflow) {
        uint64_t width = 1, base = 10;
        members.integer("width", 1, 12, width, true);
        if (members.integer("base", 10, 36, base) && base != 10 && base != 36)
            members.fault("base", "must be 10 or 36", "应为 10 或 36");
        out.width = uint32_t(width);
        out.base = base == 36 ? 36 : 10;
        members.integer("start", 0, last_counter_number(out, overflow), out.start);
        read_names(members, "scope", earlier, out.scope);
    }

    // An array of names of earlier segments.
    void read_names(Members& members, char const* name, std::vector<Segment> const& earlier,
                    std::vector<std::string>& out) {
        Json const* list = members.find(name);
        if (!list) return;
        if (!list->is_array()) return members.fault(name, "must be an array of segment names", "应为段名的数组");
        for (size_t i = 0; i < list->size(); ++i) {
            Json const& item = (*list)[i];
            auto named = [&](Segment const& segment) { return item.is_string() && segment.name == item; };
            bool repeated = item.is_string() && std::find(out.begin(), out.end(), item.get<std::string>()) != out.end();
            if (repeated || std::none_of(earlier.begin(), earlier.end(), named))
                add(members.at(name) + "/" + std::to_string(i), "invalid-member", "must name an earlier segment, once",
                    "应为前面某一段的名称，且不重复");
            else
                out.push_back(item.get<std::string>());
        }
    }

    void read_omit_for(Members& members, Segment& out, std::vector<Segment> const& earlier) {
        Json const* map = members.find("omitFor");
        if (!map) return;
        if (!map->is_object())
            return members.fault("omitFor", "must map segments to arrays of values", "应为“段名：取值数组”的对象");
        for (auto const& item : map->items()) {
            auto named = [&](Segment const& segment) { return segment.name == item.key(); };
            auto segment = std::find_if(earlier.begin(), earlier.end(), named);
            std::string pointer = members.at("omitFor") + pointer_part(item.key());
            if (segment == earlier.end() || segment->kind == SegmentKind::Date) {
                add(pointer, "invalid-member", "must name an earlier segment that is no date",
                    "应为前面某一非日期段的名称");
                continue;
            }
            read_omitted_values(item.value(), pointer, *segment, out.omit_for[item.key()]);
        }
    }

    void read_omitted_values(Json const& list, std::string const& pointer, Segment const& segment,
                             std::vector<std::string>& out) {
        if (!list.is_array() || list.empty())
            return add(pointer, "invalid-member", "must be an array of values", "应为取值的数组");
        for (size_t i = 0; i < list.size(); ++i) {
            if (list[i].is_string() && fits_segment(segment, list[i].get<std::string>()))
                out.push_back(list[i].get<std::string>());
            else
                add(pointer + "/" + std::to_string(i), "invalid-member", "the segment never has this value",
                    "该段没有此取值");
        }
    }

    void read_check(Members& profile, CheckRule& out) {
        Json const* json = profile.find("check");
        if (!json) return;
        if (!json->is_object()) return profile.fault("check", "must be an object", "应为对象");
        Members members(*json, "/check", faults_);
        std::string algorithm = "iso7064-mod37-36";
        if (members.text("algorithm", algorithm) && algorithm != "iso7064-mod37-36")
            members.fault("algorithm", "must be iso7064-mod37-36", "应为 iso7064-mod37-36");
        members.choice<CheckOver>("over", {{"identifier", CheckOver::Identifier}, {"suffix", CheckOver::Suffix}},
                                  out.over);
        out.mode = CheckMode::Required;
        members.choice<CheckMode>(
            "mode", {{"required", CheckMode::Required}, {"optional", CheckMode::Optional}, {"none", CheckMode::None}},
            out.mode);
        members.choice<std::string>("join", {{"-", "-"}, {".", "."}, {"_", "_"}, {"", ""}}, out.join);
        if (out.join.empty() && out.mode == CheckMode::Optional)
            members.fault("join", "an optional check character needs a join character", "可选校验码需要连接符");
        members.refuse_unknown();
    }

    Faults faults_;
};

}  // namespace

Result<CodingProfile> CodingProfile::parse(std::string_view text) {
    if (auto checked = check_json_syntax(text, kDocumentBytesMax, kDepthMax); !checked) return fail(checked.error());
    Json json = Json::parse(text);
    auto document = std::make_shared<ProfileDocument>();
    ProfileReader reader;
    if (json.is_object()) {
        reader.read(json, *document);
    } else {
        reader.faults().push_back(
            {"", "invalid-member", "a coding profile is a JSON object", "编码规则应为 JSON 对象"});
    }
    if (!reader.faults().empty()) {
        Error error{Code::ProfileViolation, "the coding profile breaks the rules of its document",
                    "编码规则文档不符合规定"};
        error.faults = std::move(reader.faults());
        return fail(std::move(error));
    }
    document->json = std::string(text);
    return CodingProfile(std::move(document));
}

}  // namespace ingot::ident
