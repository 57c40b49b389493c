#include "api/parameter.hpp"

#include <charconv>

#include "base/clock.hpp"

namespace ingot::api {

tl::unexpected<Error> bad_parameter(std::string_view parameter, std::string reason, std::string reason_zh) {
    Error error{Code::InvalidParameter, std::string(parameter) + ": " + reason,
                std::string(parameter) + "：" + reason_zh};
    error.faults.push_back({"parameter:" + std::string(parameter), std::string(slug(error.code)), reason, reason_zh});
    error.with("parameter", std::string(parameter)).with("reason", std::move(reason));
    return fail(std::move(error));
}

Result<uint64_t> number_parameter(Call const& call, std::string_view name, uint64_t otherwise, uint64_t most) {
    auto const text = call.parameter(name);
    if (!text) return otherwise;
    uint64_t value = 0;
    auto const [end, trouble] = std::from_chars(text->data(), text->data() + text->size(), value);
    bool const whole = trouble == std::errc() && end == text->data() + text->size();
    if (whole && value >= 1 && value <= most) return value;
    return bad_parameter(name, "a whole number from 1 to " + std::to_string(most),
                         "应为 1 到 " + std::to_string(most) + " 的整数");
}

Result<int64_t> read_time(std::string_view parameter, std::string_view text) {
    if (auto const time = parse_time(text)) return to_micros(*time);
    return bad_parameter(parameter, "an RFC 3339 time with an offset, like 2026-11-22T00:00:00Z",
                         "应为带时区的 RFC 3339 时间，例如 2026-11-22T00:00:00Z");
}

Result<AsOfParameter> read_as_of(std::string_view text) {
    AsOfParameter out;
    auto wrong = [] {
        return bad_parameter("as_of", "an RFC 3339 time like 2026-11-22T00:00:00Z, or # and an event number like #17",
                             "应为 RFC 3339 时间（例如 2026-11-22T00:00:00Z），或 # 加事件序号（例如 #17）");
    };
    if (text.starts_with('#')) {
        storage::EventSeq seq = 0;
        auto const [end, trouble] = std::from_chars(text.data() + 1, text.data() + text.size(), seq);
        if (trouble != std::errc() || end != text.data() + text.size()) return wrong();
        out.seq = seq;
        return out;
    }
    auto const time = parse_time(text);
    if (!time) return wrong();
    out.micros = to_micros(*time);
    return out;
}

}  // namespace ingot::api
