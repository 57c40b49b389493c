// Bulk bodies and their answers (spec/api-conventions.md 10): a JSON array, {"items":[...]} or NDJSON in; one row an
// item out, in the same order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/handler.hpp"
#include "api/json_reader.hpp"
#include "api/problem.hpp"
#include "registry/registration.hpp"

namespace ingot::api {

struct BulkBody {
    bool lines = false;                    // NDJSON
    std::vector<std::string_view> items;   // JSON text of each, views into the request body
    std::optional<JsonObject> whole = {};  // the object around `items`, for members beside it
};

// Nothing when the body is one object without any of `members`. BadJson ..., TooManyItems above 2,000.
Result<std::optional<BulkBody>> read_bulk(Call const& call, Services const& services,
                                          std::vector<std::string_view> const& members);

// The query parameter on_error: proceed (default) or rollback.
Result<registry::OnError> read_on_error(Call const& call);

// The object of an audit line about many items: "88.1/A" or "88.1/A and 199 more".
std::string object_of_many(std::string_view first, size_t items);

// Rows of a bulk answer, as one JSON object or as lines.
class BulkAnswer {
  public:
    explicit BulkAnswer(bool lines) : lines_(lines) {
        if (!lines_) out_ = "{\"results\":[";
    }
    // Whether a further row is worked out: TooManyItems past answer_bytes_max, Timeout past the deadline of the call.
    Result<void> room(Call const& call, Services const& services) const;
    // Begins a row {"index":i ; the caller appends its members, each with a comma before it, then end_row().
    std::string& begin_row(size_t index);
    void end_row();
    void error_row(size_t index, Error const& error, ProblemContext const& context);
    // A whole row that was made before.
    void add(std::string_view row);
    static std::string error_text(size_t index, Error const& error, ProblemContext const& context);
    // `tail`: more members of the last object, each with a comma before it.
    std::string finish(std::string_view tail = {});
    std::string_view content_type() const { return lines_ ? "application/x-ndjson" : "application/json"; }
    size_t rows() const { return rows_; }

  private:
    bool lines_;
    size_t rows_ = 0;
    std::string out_;
};

// What a render lambda needs of the request after it is gone.
struct KeptContext {
    Language language = Language::zh;
    std::string request_id, base_url, log_origin;
    ProblemContext problem() const { return {language, request_id, base_url}; }
};
KeptContext keep_context(Call const& call, Services const& services);

}  // namespace ingot::api
