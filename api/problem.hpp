// The one place where an Error becomes an answer: RFC 9457 problem documents in Chinese and English
// (spec/api-conventions.md 4), their statuses, and the help page of each code. Thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/handler.hpp"

namespace ingot::api {

struct ProblemRow {
    Code code;
    int status;
    std::string_view title_zh, title_en, solve_zh, solve_en;
};

ProblemRow const& problem_row(Code code);
inline int status_of(Code code) { return problem_row(code).status; }
// The code of a slug; nothing for an unknown one.
std::optional<Code> code_of_slug(std::string_view slug);
// Seconds for Retry-After of answers that say "not now" (durability.md 2.2); nothing for all others.
std::optional<int> retry_after_seconds(Code code);

// First supported language of an Accept-Language field by weight; zh when there is none.
Language language_of(std::string_view accept_language);
std::string_view language_tag(Language language);  // "zh-CN", "en"

struct ProblemContext {
    Language language = Language::zh;
    std::string_view request_id;  // UUID text; may be empty before there is one
    std::string base_url;         // of this node, https://HOST[:PORT]: `type` is the help page below it
};
// https://HOST:PORT as the node announces itself; without port before its listener is open.
std::string base_url(Services const& services);
ProblemContext problem_context(Call const& call, Services const& services);

// The JSON object of the document; also the `error` member of a row of a bulk answer.
std::string problem_json(Error const& error, ProblemContext const& context);
// The whole answer: status, application/problem+json, Content-Language, Link rel=help, Retry-After, no-store.
net::Answer problem(Error const& error, ProblemContext const& context);

// HTML of /docs/problems/<slug>; nothing for an unknown one.
std::optional<std::string> problem_page(std::string_view slug, Language language);

}  // namespace ingot::api
