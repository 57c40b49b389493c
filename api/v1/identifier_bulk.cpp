#include "api/v1/identifier_bulk.hpp"

#include "api/request_checks.hpp"

namespace ingot::api {
namespace {

constexpr size_t kLineBytesMax = 1024 * 1024;  // api-conventions.md 10

Result<BulkBody> read_lines(std::string_view text, size_t items_max) {
    BulkBody bulk;
    bulk.lines = true;
    for (size_t number = 1; !text.empty(); ++number) {
        size_t const end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty()) continue;
        if (line.size() > kLineBytesMax)
            return fail(Code::BodyTooLarge, "line " + std::to_string(number) + " is longer than 1 MiB",
                        "第 " + std::to_string(number) + " 行超过 1 MiB");
        if (bulk.items.size() == items_max)
            return fail(Code::TooManyItems, "at most " + std::to_string(items_max) + " lines a request",
                        "每次最多 " + std::to_string(items_max) + " 行");
        bulk.items.push_back(line);
    }
    return bulk;
}

}  // namespace

Result<std::optional<BulkBody>> read_bulk(Call const& call, Services const& services,
                                          std::vector<std::string_view> const& members) {
    size_t const items_max = services.limits.batch_items_max;
    if (is_lines(call.request.head)) {
        auto bulk = read_lines(call.body(), items_max);
        if (!bulk) return fail(std::move(bulk.error()));
        return std::optional<BulkBody>(std::move(*bulk));
    }
    JsonRules rules = JsonRules::batch(services.limits);
    rules.string_bytes_max = 2 * services.limits.value_bytes_max;
    JsonItems const wanted{members, items_max};
    auto body = JsonBody::parse(call.body(), rules, &wanted);
    if (!body) return fail(std::move(body.error()));
    BulkBody bulk;
    std::vector<JsonValue> items;
    if (body->value().kind() == JsonKind::array) {
        items = body->value().items(items_max);
    } else {
        JsonObject const whole = body->object();
        std::string_view found;
        for (std::string_view member : members)
            if (whole.has(member)) found = member;
        if (found.empty()) {
            if (body->value().kind() == JsonKind::object) return std::optional<BulkBody>();
            return fail(body->finish().error());
        }
        items = whole.value(found).items(items_max);
        whole.ignore_unknown();
        bulk.whole = whole;
    }
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    for (JsonValue const& item : items) bulk.items.push_back(item.raw());
    return std::optional<BulkBody>(std::move(bulk));
}

Result<registry::OnError> read_on_error(Call const& call) {
    auto word = call.parameter("onerror");
    if (!word || *word == "proceed") return registry::OnError::proceed;
    if (*word == "rollback") return registry::OnError::rollback;
    Error error{Code::InvalidParameter, "on_error must be proceed or rollback", "on_error 应为 proceed 或 rollback"};
    error.faults.push_back({"parameter:on_error", "invalid-parameter", error.detail, error.detail_zh});
    return fail(std::move(error));
}

std::string object_of_many(std::string_view first, size_t items) {
    std::string object(first);
    return items > 1 ? object + " and " + std::to_string(items - 1) + " more" : object;
}

Result<void> BulkAnswer::room(Call const& call, Services const& services) const {
    std::string const most = std::to_string(services.limits.answer_bytes_max);
    if (out_.size() >= services.limits.answer_bytes_max)
        return fail(Code::TooManyItems, "the answer is full at " + most + " bytes; ask for this item again",
                    "应答已满 " + most + " 字节，请再次请求此项");
    if (services.clock.steady() >= call.deadline)
        return fail(Code::Timeout, "no time was left for this item; ask for it again",
                    "没有剩余时间处理此项，请再次请求");
    return {};
}

std::string& BulkAnswer::begin_row(size_t index) {
    if (rows_++ && !lines_) out_ += ',';
    return out_.append("{\"index\":").append(std::to_string(index));
}

void BulkAnswer::end_row() { out_ += lines_ ? "}\n" : "}"; }

void BulkAnswer::error_row(size_t index, Error const& error, ProblemContext const& context) {
    add(error_text(index, error, context));
}

void BulkAnswer::add(std::string_view row) {
    if (rows_++ && !lines_) out_ += ',';
    out_ += row;
    if (lines_) out_ += '\n';
}

std::string BulkAnswer::error_text(size_t index, Error const& error, ProblemContext const& context) {
    std::string row = "{\"index\":" + std::to_string(index);
    row.append(",\"status\":\"").append(slug(error.code)).append("\",\"error\":");
    return row.append(problem_json(error, context)).append(1, '}');
}

std::string BulkAnswer::finish(std::string_view tail) {
    if (lines_)
        out_.append("{\"end\":true,\"count\":").append(std::to_string(rows_)).append(tail).append("}\n");
    else
        out_.append("]").append(tail).append("}");
    return std::move(out_);
}

KeptContext keep_context(Call const& call, Services const& services) {
    return {call.language, call.request.request_id, base_url(services), services.log_origin};
}

}  // namespace ingot::api
