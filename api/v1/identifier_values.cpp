#include "api/v1/identifier_values.hpp"

#include <algorithm>
#include <charconv>

#include "api/json_guard.hpp"
#include "api/v1/identifier_answer.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "ident/suffix_rules.hpp"

namespace ingot::api {
namespace {

using storage::RecordValue;
using storage::ValueForm;

constexpr Limits kLimits;
constexpr int64_t kIndexMax = 0x7fffffff;

bool is_text(std::string_view bytes) { return is_utf8(bytes) && bytes.find('\0') == std::string_view::npos; }

// The form HS_ types always have; nothing for others.
std::optional<ValueForm> form_of_type(std::string_view type) {
    if (type == "HS_ADMIN") return ValueForm::admin;
    if (type == "HS_VLIST") return ValueForm::vlist;
    if (type == "HS_SITE" || type == "HS_SITE.PREFIX") return ValueForm::site;
    return std::nullopt;
}

// JSON text without white space between its tokens; the text is valid.
std::string compact(std::string_view json) {
    std::string out;
    bool inside = false;
    for (size_t i = 0; i < json.size(); ++i) {
        char const c = json[i];
        if (!inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
        out += c;
        if (inside && c == '\\') {
            out += json[++i];
        } else if (c == '"') {
            inside = !inside;
        }
    }
    return out;
}

std::string handle_and_index(JsonObject const& object) {
    std::string out = "{\"handle\":";
    write_text(out, object.text("handle", kLimits.identifier_bytes_read_max));
    return out.append(",\"index\":").append(std::to_string(object.integer("index", 0, kIndexMax)));
}

std::string read_admin(JsonObject const& object) {
    std::string out = handle_and_index(object);
    std::string const bits = object.text("permissions", 12);
    if (bits.size() != 12 || bits.find_first_not_of("01") != std::string::npos)
        object.fault("permissions", "invalid-member", "must be 12 digits 0 or 1", "应为 12 位 0 或 1");
    return out.append(",\"permissions\":\"").append(bits).append("\"}");
}

std::string read_list(std::vector<JsonValue> const& items) {
    std::string out = "[";
    for (JsonValue const& item : items) {
        if (out.size() > 1) out += ',';
        out += handle_and_index(item.object()) + '}';
    }
    return out + ']';
}

// admin of HS_ADMIN bytes: u16 mask, u32 length, handle, u32 index (handle-native.md 4.2).
std::optional<std::string> decode_admin(std::string_view bytes) {
    if (bytes.size() < 10) return std::nullopt;
    uint16_t const mask = get_u16be(bytes, 0);
    size_t const length = get_u32be(bytes, 2);
    size_t const end = bytes.size() - 6;
    if (length > end || (end - length != 4 && end - length != 6)) return std::nullopt;
    std::string_view const handle = bytes.substr(6, length);
    if (!is_text(handle)) return std::nullopt;
    std::string out = "{\"handle\":";
    write_text(out, handle);
    out.append(",\"index\":").append(std::to_string(get_u32be(bytes, 6 + length))).append(",\"permissions\":\"");
    for (int bit = 11; bit >= 0; --bit) out += (mask >> bit & 1) ? '1' : '0';
    return out + "\"}";
}

// vlist of HS_VLIST bytes: u32 count, count times u32 length, handle, u32 index.
std::optional<std::string> decode_list(std::string_view bytes) {
    if (bytes.size() < 4) return std::nullopt;
    uint32_t const count = get_u32be(bytes, 0);
    bytes.remove_prefix(4);
    std::string out = "[";
    for (uint32_t i = 0; i < count; ++i) {
        if (bytes.size() < 8) return std::nullopt;
        size_t const length = get_u32be(bytes, 0);
        if (length > bytes.size() - 8 || !is_text(bytes.substr(4, length))) return std::nullopt;
        out += i ? ",{\"handle\":" : "{\"handle\":";
        write_text(out, bytes.substr(4, length));
        out.append(",\"index\":").append(std::to_string(get_u32be(bytes, 4 + length))).append(1, '}');
        bytes.remove_prefix(8 + length);
    }
    if (!bytes.empty()) return std::nullopt;
    return out + ']';
}

void take_bytes(JsonObject const& data, RecordValue& value, std::optional<std::string> bytes) {
    if (!bytes) return data.fault("value", "invalid-member", "does not decode", "无法解码");
    auto const form = form_of_type(value.type);
    std::optional<std::string> json;
    if (form == ValueForm::admin) json = decode_admin(*bytes);
    if (form == ValueForm::vlist) json = decode_list(*bytes);
    if (form) {
        if (!json) return data.fault("value", "invalid-member", "is no " + value.type, "不是 " + value.type);
        value.form = *form;
        value.data = std::move(*json);
        return;
    }
    value.form = is_text(*bytes) ? ValueForm::text : ValueForm::bytes;
    value.data = std::move(*bytes);
}

void read_data(JsonObject const& object, RecordValue& value) {
    JsonValue const whole = object.value("data");
    auto const fixed = form_of_type(value.type);
    if (whole.kind() == JsonKind::text) {
        value.data = whole.text(kLimits.value_bytes_max);
        if (fixed) whole.fault("invalid-member", "a " + value.type + " needs its own format", value.type + " 格式不符");
        return;
    }
    JsonObject const data = whole.object();
    std::string const format = data.word("format", {"string", "base64", "hex", "admin", "vlist", "site", "key"});
    if (format == "string") {
        value.data = data.text("value", kLimits.value_bytes_max);
    } else if (format == "base64") {
        return take_bytes(data, value, from_base64(data.text("value", 2 * kLimits.value_bytes_max)));
    } else if (format == "hex") {
        return take_bytes(data, value, from_hex(data.text("value", 2 * kLimits.value_bytes_max)));
    } else if (format == "admin") {
        value.form = ValueForm::admin;
        value.data = read_admin(data.object("value"));
    } else if (format == "vlist") {
        value.form = ValueForm::vlist;
        value.data = read_list(data.value("value").items(1024));
    } else if (format == "site" || format == "key") {
        value.form = format == "site" ? ValueForm::site : ValueForm::key;
        JsonObject const inner = data.object("value");
        if (format == "key" && !inner.has("kty"))
            inner.fault("kty", "invalid-member", "a key says its kty", "缺少 kty");
        inner.ignore_unknown();
        value.data = compact(inner.raw());
    }
    bool const own = value.form == ValueForm::key    ? value.type == "HS_PUBKEY"
                     : value.form == ValueForm::text ? !fixed
                                                     : fixed == value.form;
    if (!own)
        data.fault("format", "invalid-member", "this format does not go with type " + excerpt(value.type),
                   "该格式与类型 " + excerpt(value.type) + " 不符");
}

void read_ttl(JsonObject const& object, RecordValue& value) {
    auto const ttl = object.value_if("ttl");
    if (!ttl) return;
    if (ttl->kind() == JsonKind::number) {
        value.ttl = ttl->integer(0, 0x7fffffff);
        return;
    }
    auto const time = parse_time(ttl->text(64));
    if (!time) return ttl->fault("invalid-member", "must be seconds or a time", "应为秒数或时间");
    value.ttl = to_micros(*time) / 1'000'000;
    value.ttl_absolute = true;
}

void read_rest(JsonObject const& object, RecordValue& value) {
    read_ttl(object, value);
    static_cast<void>(object.value_if("timestamp"));  // set by the node
    if (auto visibility = object.word_if("visibility", {"public", "owner"}))
        value.visibility =
            *visibility == "public" ? storage::ValueVisibility::everyone : storage::ValueVisibility::owner;
    if (auto bits = object.text_if("permissions", 4)) {
        if (bits->size() != 4 || bits->find_first_not_of("01") != std::string::npos)
            return object.fault("permissions", "invalid-member", "must be 4 digits 0 or 1", "应为 4 位 0 或 1");
        value.permissions = 0;
        for (char bit : *bits) value.permissions = static_cast<uint8_t>(value.permissions << 1 | (bit - '0'));
    }
    for (JsonObject const& reference : object.objects_if("references", 64))
        value.references.push_back({reference.text("handle", kLimits.identifier_bytes_read_max),
                                    static_cast<uint32_t>(reference.integer("index", 0, kIndexMax))});
}

}  // namespace

JsonRules value_rules(Limits const& limits) {
    JsonRules rules = JsonRules::body(limits);
    rules.string_bytes_max = 2 * limits.value_bytes_max;
    return rules;
}

RecordValue read_value(JsonObject const& object) {
    RecordValue value;
    value.index = static_cast<uint32_t>(object.integer("index", 1, kIndexMax));
    value.type = object.text("type", kLimits.value_type_bytes_max);
    read_data(object, value);
    read_rest(object, value);
    return value;
}

std::vector<RecordValue> read_values(std::vector<JsonObject> const& objects) {
    std::vector<RecordValue> values;
    for (JsonObject const& object : objects) values.push_back(read_value(object));
    return values;
}

std::map<uint32_t, std::optional<RecordValue>> read_record_map(JsonObject const& object) {
    std::map<uint32_t, std::optional<RecordValue>> values;
    for (auto const& [name, member] : object.members()) {
        RecordValue value;
        auto const [end, trouble] = std::from_chars(name.data(), name.data() + name.size(), value.index);
        bool const plain = trouble == std::errc() && end == name.data() + name.size() && name[0] != '0';
        if (!plain || value.index > kIndexMax || values.contains(value.index)) {
            member.fault("invalid-member", "names of a record are indexes from 1", "记录的成员名应为索引");
            continue;
        }
        if (member.kind() == JsonKind::null) {
            values.emplace(value.index, std::nullopt);
            continue;
        }
        value.type = "TEXT";
        if (member.kind() == JsonKind::text) {
            value.data = member.text(kLimits.value_bytes_max);
        } else {
            JsonObject const inner = member.object();
            value.type = inner.text("type", kLimits.value_type_bytes_max);
            read_data(inner, value);
            read_rest(inner, value);
        }
        uint32_t const index = value.index;
        values.emplace(index, std::move(value));
    }
    return values;
}

std::vector<RecordValue> read_record(JsonObject const& object) {
    std::vector<RecordValue> values;
    for (auto& [index, value] : read_record_map(object)) {
        if (value)
            values.push_back(std::move(*value));
        else
            object.fault({}, "invalid-member", "a new record has no null values", "新记录不能包含 null");
    }
    return values;
}

std::string read_template_version(JsonObject const& object) {
    std::string text = object.text_if("template", 128).value_or("");
    if (auto fine = ident::check_new_characters(text, true); !fine)
        object.fault("template", "invalid-member", fine.error().detail, fine.error().detail_zh);
    return text;
}

}  // namespace ingot::api
