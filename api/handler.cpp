#include "api/handler.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::api {

std::optional<std::string_view> Call::parameter(std::string_view folded_name) const {
    for (auto const& parameter : parameters)
        if (parameter.key == folded_name) return parameter.value;
    return std::nullopt;
}

std::vector<std::string_view> Call::all(std::string_view folded_name) const {
    std::vector<std::string_view> values;
    for (auto const& parameter : parameters)
        if (parameter.key == folded_name) values.push_back(parameter.value);
    return values;
}

net::Answer json_answer(int status, std::string body) {
    net::Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.header("Content-Type", "application/json");
    return answer;
}

net::Answer answer_of(storage::Committed const& committed) {
    storage::Reply const& reply = committed.reply;
    net::Answer answer;
    answer.status = reply.status;
    answer.body = reply.body;
    if (!reply.body.empty()) answer.header("Content-Type", reply.content_type);
    if (!reply.location.empty()) answer.header("Location", reply.location);
    if (!reply.etag.empty()) answer.header("ETag", reply.etag);
    if (!reply.log_index.empty()) answer.header("Ingot-Log-Index", reply.log_index);
    if (committed.replayed) answer.header("Idempotent-Replayed", "true");
    return answer;
}

Result<void> check_parameters(Call const& call, std::initializer_list<std::string_view> allowed) {
    Error error{Code::UnknownParameter, {}, {}};
    for (auto const& parameter : call.parameters) {
        bool const known =
            parameter.key == "pretty" || std::find(allowed.begin(), allowed.end(), parameter.key) != allowed.end();
        if (known || error.faults.size() >= 20) continue;
        std::string const name = excerpt(parameter.name);
        if (error.faults.empty()) {
            std::string words;
            for (std::string_view word : allowed) words.append(words.empty() ? "" : ", ").append(word);
            if (words.empty()) words.push_back('-');
            error.detail = "the parameter \"" + name + "\" is not known here; known are: " + words;
            error.detail_zh = "此处不认识参数 \"" + name + "\"；可用参数：" + words;
        }
        error.faults.push_back(
            {"parameter:" + name, std::string(slug(error.code)), "not known here", "此处不认识该参数"});
    }
    if (error.faults.empty()) return {};
    return fail(std::move(error));
}

}  // namespace ingot::api
