// An answer that comes in pages and may be kept between them (tracechain/cursor.hpp).
#pragma once

#include <string>
#include <string_view>

#include "storage/engine.hpp"

namespace ingot::tracechain {

// One page and what is to be known of it without reading it.
struct TracePage {
    std::string body;      // JSON; its `next` is the cursor given, or null
    std::string digest;    // of the graph; what an ETag may say, "" = none
    bool pinned = false;   // the query named its as_of: asked again it answers the same
    bool complete = true;  // no budget cut it so far
    bool more = false;     // `next` is set
};

// Holds no view. One thread at a time.
class PagedAnswer {
  public:
    virtual ~PagedAnswer() = default;
    // The next page. `cursor` is what `next` will say when there is more. Not after a page without more, nor after a
    // failure.
    virtual Result<TracePage> page(storage::View const& view, std::string_view cursor) = 0;
    virtual size_t bytes() const = 0;  // estimate of what keeping it costs
};

}  // namespace ingot::tracechain
