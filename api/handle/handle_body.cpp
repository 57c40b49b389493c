#include "api/handle/handle_body.hpp"

#include <algorithm>
#include <charconv>

#include "api/json_guard.hpp"
#include "api/v1/identifier_answer.hpp"

namespace ingot::api::handle {

int status_of(ResponseCode code) {
    switch (code) {
        case ResponseCode::success:
        case ResponseCode::values_not_found:
            return 200;
        case ResponseCode::protocol_error:
        case ResponseCode::invalid_handle:
        case ResponseCode::not_responsible:
            return 400;
        case ResponseCode::handle_not_found:
            return 404;
        case ResponseCode::referral:
            return 300;
        case ResponseCode::authentication_needed:
            return 401;
        case ResponseCode::error:
            return 500;
    }
    return 500;
}

std::string plain_body(ResponseCode code, std::string_view handle, std::string_view message) {
    std::string body = "{\"responseCode\":" + std::to_string(static_cast<int>(code));
    if (!message.empty()) body += ",\"message\":" + json_quote(message);
    return body + ",\"handle\":" + json_quote(handle) + '}';
}

std::string values_body(std::string_view handle, std::vector<storage::RecordValue const*> const& values) {
    if (values.empty()) return "{\"responseCode\":200,\"values\":[],\"handle\":" + json_quote(handle) + '}';
    std::string body = "{\"responseCode\":1,\"handle\":" + json_quote(handle) + ",\"values\":";
    write_values(body, values, false);
    return body + '}';
}

net::Answer json(int status, std::string body) {
    net::Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.header("Content-Type", "application/json;charset=utf-8");
    return answer;
}

void add_cors(Call const& call, net::Answer& answer) {
    answer.header("Vary", "Origin");
    std::string_view const origin = call.request.head.field("Origin");
    if (origin.empty()) return;
    answer.header("Access-Control-Allow-Origin", std::string(origin));
    answer.header("Access-Control-Max-Age", "86400");
    answer.header("Access-Control-Allow-Methods", "GET,POST,HEAD,PUT,DELETE");
    answer.header("Access-Control-Allow-Headers", "X-Requested-With,Authorization,Origin,Accept,Content-Type");
}

bool truth(Call const& call, std::string_view folded_name, bool otherwise) {
    auto const value = call.parameter(folded_name);
    if (!value) return otherwise;
    return value->empty() || *value == "true" || *value == "yes" || *value == "1";
}

std::optional<Selection> Selection::of(Call const& call) {
    Selection selection;
    for (std::string_view text : call.all("index")) {
        uint32_t index = 0;
        auto const [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), index);
        if (trouble != std::errc() || end != text.data() + text.size()) return std::nullopt;
        selection.indexes_.push_back(index);
    }
    for (std::string_view type : call.all("type")) selection.types_.emplace_back(type);
    return selection;
}

bool Selection::takes(storage::RecordValue const& value) const {
    if (everything()) return true;
    if (std::find(indexes_.begin(), indexes_.end(), value.index) != indexes_.end()) return true;
    return std::any_of(types_.begin(), types_.end(), [&](std::string const& type) {
        if (type.empty() || type.back() != '.') return value.type == type;
        return value.type.rfind(type, 0) == 0 || value.type == type.substr(0, type.size() - 1);
    });
}

}  // namespace ingot::api::handle
