#include "api/ready_answer.hpp"

#include "api/v1/identifier_call.hpp"

namespace ingot::api {

size_t ReadyAnswer::bytes() const { return 256 + rendered->body.size() + rendered->header_lines.size(); }

std::shared_ptr<ReadyAnswer const> make_ready(std::string_view content_type, std::string etag,
                                              std::string cache_control, std::string body) {
    auto rendered = std::make_shared<net::Rendered>();
    rendered->header_lines.append("Content-Type: ").append(content_type);
    rendered->header_lines.append("\r\nETag: ").append(etag);
    rendered->header_lines.append("\r\nCache-Control: ").append(cache_control).append("\r\n");
    rendered->body = std::move(body);
    auto ready = std::make_shared<ReadyAnswer>();
    ready->rendered = std::move(rendered);
    ready->etag = std::move(etag);
    ready->cache_control = std::move(cache_control);
    return ready;
}

net::Answer answer_from(Call const& call, ReadyAnswer const& ready) {
    if (auto same = not_modified(call, ready.etag, ready.cache_control)) return std::move(*same);
    net::Answer answer;
    answer.rendered = ready.rendered;
    return answer;
}

}  // namespace ingot::api
