// A public answer kept rendered for the next caller, with what a conditional request compares. Immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/handler.hpp"

namespace ingot::api {

struct ReadyAnswer {
    std::shared_ptr<net::Rendered const> rendered;
    std::string etag, cache_control;
    size_t bytes() const;  // what it weighs in a cache
};

// A 200 with these headers and body.
std::shared_ptr<ReadyAnswer const> make_ready(std::string_view content_type, std::string etag,
                                              std::string cache_control, std::string body);

// The answer, or 304 when If-None-Match names its tag.
net::Answer answer_from(Call const& call, ReadyAnswer const& ready);

}  // namespace ingot::api
