#include "api/v1/identifier_answer.hpp"

#include "api/json_guard.hpp"
#include "base/encoding.hpp"
#include "registry/registration.hpp"

namespace ingot::api {
namespace {

void write_data(std::string& out, storage::RecordValue const& value) {
    switch (value.form) {
        case storage::ValueForm::text:
            out += R"({"format":"string","value":)";
            write_text(out, value.data);
            break;
        case storage::ValueForm::bytes:
            out += R"({"format":"base64","value":")";
            out += to_base64(value.data);
            out += '"';
            break;
        case storage::ValueForm::admin:
            out.append(R"({"format":"admin","value":)").append(value.data);
            break;
        case storage::ValueForm::vlist:
            out.append(R"({"format":"vlist","value":)").append(value.data);
            break;
        case storage::ValueForm::site:
            out.append(R"({"format":"site","value":)").append(value.data);
            break;
        case storage::ValueForm::key:
            out.append(R"({"format":"key","value":)").append(value.data);
            break;
    }
    out += '}';
}

void write_origin(std::string& out, storage::Record const& record) {
    auto member = [&](std::string_view name, std::string_view text) {
        if (text.empty()) return;
        out.append(",\"").append(name).append("\":");
        write_text(out, text);
    };
    member("allocation", record.allocation);
    if (!record.profile.empty()) {
        member("profile", record.profile);
        out.append(",\"profileVersion\":").append(std::to_string(record.profile_version));
    }
    member("template", record.template_version);
    member("station", record.station);
    member("reason", record.reason);
    member("createdAt", format_time(record.created, 3));
    member("updatedAt", format_time(record.changed, 3));
}

}  // namespace

std::string permission_text(uint8_t permissions) {
    std::string text;
    for (int bit = 3; bit >= 0; --bit) text += (permissions >> bit & 1) ? '1' : '0';
    return text;
}

void write_value(std::string& out, storage::RecordValue const& value, bool with_visibility) {
    out.append("{\"index\":").append(std::to_string(value.index)).append(",\"type\":");
    write_text(out, value.type);
    out += ",\"data\":";
    write_data(out, value);
    out += ",\"ttl\":";
    if (value.ttl_absolute)
        write_text(out, format_time(from_micros(value.ttl * 1'000'000), 0));
    else
        out += std::to_string(value.ttl);
    out += ",\"timestamp\":\"";
    out += format_time(from_micros(value.timestamp * 1'000'000), 0);
    out += '"';
    if (with_visibility)
        out += value.visibility == storage::ValueVisibility::everyone ? R"(,"visibility":"public")"
                                                                      : R"(,"visibility":"owner")";
    uint8_t permissions = value.permissions;
    if (!with_visibility && value.visibility == storage::ValueVisibility::owner)
        permissions = static_cast<uint8_t>(permissions & ~0b0010);
    if (permissions != storage::kUsualPermissions)
        out.append(",\"permissions\":\"").append(permission_text(permissions)).append(1, '"');
    if (!value.references.empty()) {
        out += ",\"references\":[";
        for (size_t i = 0; i < value.references.size(); ++i) {
            out += i ? ",{\"handle\":" : "{\"handle\":";
            write_text(out, value.references[i].handle);
            out.append(",\"index\":").append(std::to_string(value.references[i].index)).append(1, '}');
        }
        out += ']';
    }
    out += '}';
}

void write_values(std::string& out, std::vector<storage::RecordValue const*> const& values, bool with_visibility) {
    out += '[';
    for (size_t i = 0; i < values.size(); ++i) {
        if (i) out += ',';
        write_value(out, *values[i], with_visibility);
    }
    out += ']';
}

void write_record(std::string& out, storage::Record const& record, std::string_view canonical,
                  registry::Visibility level) {
    out += "{\"identifier\":";
    write_text(out, record.identifier);
    out.append(",\"state\":\"").append(word(record.state)).append("\",\"version\":");
    out.append(std::to_string(record.version)).append(",\"etag\":");
    write_text(out, registry::record_etag(canonical, record.version, level));
    out += ",\"values\":";
    write_values(out, resolver::visible_values(record, level), true);
    if (level == registry::Visibility::record) write_origin(out, record);
    out += '}';
}

void write_log(std::string& out, registry::LeafNote const& log, std::string_view origin) {
    if (log.count == 0) return;
    out += ",\"log\":{\"origin\":";
    write_text(out, origin);
    if (log.count == 1) {
        out.append(",\"index\":").append(std::to_string(log.first));
        out.append(",\"time\":\"").append(format_time(log.time, 3));
        out.append("\",\"leaf\":\"").append(to_base64(bytes_of(log.hash))).append("\"}");
        return;
    }
    out.append(",\"first\":").append(std::to_string(log.first));
    out.append(",\"count\":").append(std::to_string(log.count));
    if (log.runs.size() > 1) {
        out += ",\"ranges\":[";
        for (size_t i = 0; i < log.runs.size(); ++i)
            out.append(i ? ",\"" : "\"").append(log.runs[i].text()).append(1, '"');
        out += ']';
    }
    out += '}';
}

}  // namespace ingot::api
