#include <algorithm>

#include "api/cursor.hpp"
#include "api/json_guard.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_call.hpp"
#include "api/v1/identifier_handlers.hpp"
#include "api/v1/identifier_scan.hpp"
#include "base/encoding.hpp"
#include "registry/registration.hpp"
#include "storage/keys.hpp"

namespace ingot::api::v1 {

Result<net::Answer> list_records(Call const& call, Services& services, ListedRow const& write,
                                 std::function<bool(storage::Record const&)> const& keep) {
    if (call.principal.anonymous())
        return fail(Code::NotAuthenticated, "lists need a login: send Authorization: Bearer <API key>",
                    "列表需要登录：请发送 Authorization: Bearer <API 密钥>");
    auto page = ListPage::of(call, services);
    if (!page) return fail(std::move(page.error()));
    auto wanted = call.parameter("prefix");
    auto prefix = wanted ? ident::Prefix::parse(*wanted)
                         : ident::Prefix::parse(call.principal.prefix.empty() ? "0.NA" : call.principal.prefix);
    if (!prefix) return fail(std::move(prefix.error()));
    if (auto readable = services.registry.check_readable(prefix->canonical()); !readable)
        return fail(std::move(readable.error()));
    auto info = services.registry.prefix_of(prefix->canonical());
    std::string body = "{\"items\":[";
    net::Answer answer;
    // Another's prefix lists as an unknown one: nothing.
    bool const own =
        info && authorize(call.principal, registry::Act::RecordRead, {info->prefix, info->enterprise}).verdict ==
                    registry::Verdict::Allow;
    if (own) {
        auto query = call.parameter("q");
        std::string const folded = ident::default_case_rule() == ident::CaseRule::Insensitive
                                       ? to_upper_ascii(query.value_or(""))
                                       : std::string(query.value_or(""));
        auto rest = scan_records(services, storage::record_key(prefix->canonical(), folded), *page, keep,
                                 [&](storage::Record const& record, std::string_view canonical, size_t row) {
                                     if (row) body += ',';
                                     write(body, record, canonical);
                                     return body.size() >= services.limits.answer_bytes_max;
                                 });
        if (!rest) return fail(std::move(rest.error()));
        if (*rest) {
            std::string const next = page->next(**rest);
            body += "],\"next\":\"" + next + "\"}";
            answer.header("Link", page->link(next));
        }
    }
    if (body.back() != '}') body += "]}";
    answer.body = std::move(body);
    answer.header("Content-Type", "application/json").header("Cache-Control", std::string(kPrivate));
    return answer;
}

Result<std::optional<std::string>> scan_records(
    Services& services, std::string const& begin, ListPage const& page,
    std::function<bool(storage::Record const&)> const& keep,
    std::function<bool(storage::Record const&, std::string_view, size_t)> const& take) {
    auto view = services.engine.view();
    if (!view) return fail(std::move(view.error()));
    std::optional<storage::Range> range = storage::prefix_range(storage::Space::record, begin);
    if (page.position()) range->begin = *page.position() + '\0';
    size_t rows = 0, seen = 0;
    while (range) {
        range->rows_max = page.limit();
        auto found = (*view)->scan(*range);
        if (!found) return fail(std::move(found.error()));
        for (storage::Row const& row : found->rows) {
            ++seen;
            auto record = storage::decode_record(row.key, row.value);
            if (!record) return fail(std::move(record.error()));
            bool filled = false;
            if (keep(*record)) {
                auto const key = storage::parse_record_key(row.key);
                filled = take(*record, std::string(key->prefix) + '/' + std::string(key->suffix), rows++);
            }
            // A short page is honest: the scan of a rare state must not run over the whole store.
            bool const full = filled || rows == page.limit() || seen >= 20'000;
            bool const last = &row == &found->rows.back() && !found->rest;
            if (full && !last) return std::optional<std::string>(row.key);
        }
        range = std::move(found->rest);
    }
    return std::optional<std::string>();
}

Result<std::function<bool(storage::Record const&)>> record_filter(Call const& call) {
    std::vector<storage::RecordState> states;
    for (std::string_view text : call.all("state")) {
        auto state = storage::record_state(text);
        if (!state) {
            Error error{Code::InvalidParameter, "state must be reserved, active, suspended, void or withdrawn",
                        "state 应为 reserved、active、suspended、void 或 withdrawn"};
            error.faults.push_back({"parameter:state", "invalid-parameter", error.detail, error.detail_zh});
            return fail(std::move(error));
        }
        states.push_back(*state);
    }
    std::string allocation(call.parameter("allocation").value_or(""));
    std::string form(call.parameter("template").value_or(""));
    return [=](storage::Record const& record) {
        bool const state = states.empty() || std::find(states.begin(), states.end(), record.state) != states.end();
        return state && (allocation.empty() || record.allocation == allocation) &&
               (form.empty() || record.template_version == form);
    };
}

Result<net::Answer> list_identifiers(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"prefix", "q", "template", "state", "view", "limit", "cursor"}); !known)
        return fail(known.error());
    auto view = view_of(call, {"summary", "full"});
    if (!view) return fail(std::move(view.error()));
    auto keep = record_filter(call);
    if (!keep) return fail(std::move(keep.error()));
    bool const full = *view == "full";
    auto write = [full](std::string& out, storage::Record const& record, std::string_view canonical) {
        if (full) return write_record(out, record, canonical, registry::Visibility::record);
        out += "{\"identifier\":";
        write_text(out, record.identifier);
        out.append(",\"state\":\"").append(word(record.state)).append("\",\"version\":");
        out.append(std::to_string(record.version)).append(",\"etag\":");
        write_text(out, registry::record_etag(canonical, record.version, registry::Visibility::record));
        out.append(",\"createdAt\":\"").append(format_time(record.created, 3));
        out.append("\",\"updatedAt\":\"").append(format_time(record.changed, 3)).append("\"}");
    };
    return list_records(call, services, write, *keep);
}

}  // namespace ingot::api::v1
