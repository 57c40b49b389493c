#include "net/refusal.hpp"

namespace ingot::net {
namespace {

std::string seconds_text(std::chrono::milliseconds time) {
    auto const whole = std::chrono::duration_cast<std::chrono::seconds>(time);
    return whole == time ? std::to_string(whole.count()) + " s" : std::to_string(time.count()) + " ms";
}

}  // namespace

Refusal bad_framing(std::string detail, std::string detail_zh) {
    return {400, "bad-framing", std::move(detail), std::move(detail_zh)};
}

Refusal target_too_long(size_t bytes_max) {
    std::string const most = std::to_string(bytes_max);
    return {414, "target-too-long", "the target is longer than " + most + " bytes", "请求目标超过 " + most + " 字节",
            bytes_max};
}

Refusal too_many_fields(size_t most) {
    std::string const number = std::to_string(most);
    return {431, "header-too-large", "more than " + number + " header fields", "请求头字段超过 " + number + " 个",
            most};
}

Refusal head_too_large(size_t most) {
    std::string const number = std::to_string(most);
    return {431, "header-too-large", "the head is larger than " + number + " bytes", "请求头超过 " + number + " 字节",
            most};
}

Refusal body_too_large(size_t bytes_max) {
    std::string const most = std::to_string(bytes_max);
    return {413, "body-too-large", "the body is larger than " + most + " bytes", "正文超过 " + most + " 字节",
            bytes_max};
}

Refusal too_many_bodies() {
    return {503, "busy", "the bodies of all requests in progress take too much memory",
            "正在接收的请求正文占用内存过多"};
}

Refusal head_too_late(std::chrono::milliseconds limit) {
    std::string const time = seconds_text(limit);
    return {408, "request-timeout", "the head of the request was not whole " + time + " after its first byte",
            "请求头未在首字节后 " + time + " 内到齐", static_cast<uint64_t>(limit.count())};
}

Refusal body_too_late(std::chrono::milliseconds limit) {
    std::string const time = seconds_text(limit);
    return {408, "request-timeout", "the body of the request was not whole within " + time,
            "请求正文未在 " + time + " 内到齐", static_cast<uint64_t>(limit.count())};
}

Refusal body_below_rate(std::chrono::milliseconds grace, uint64_t bytes_a_second) {
    std::string const rate = std::to_string(bytes_a_second);
    std::string const time = seconds_text(grace);
    return {408, "request-timeout", "after " + time + " the body came at less than " + rate + " bytes a second",
            time + " 之后正文的速度低于每秒 " + rate + " 字节", bytes_a_second};
}

}  // namespace ingot::net
