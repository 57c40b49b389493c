// Finds the route of a raw request target (spec/identifiers.md 4, security.md 8): routed on raw bytes, decoded once
// after splitting; "." and ".." are refused, "//" is never merged, an encoded "/" in an identifier is the same as a raw
// one. Immutable; thread safe.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/routes.hpp"

namespace ingot::api {

struct Match {
    Route const* route = nullptr;
    size_t index = 0;  // of the route in the table
    std::map<std::string, std::string, std::less<>> path;
};

class Router {
  public:
    // The table must outlive the router. Throws std::logic_error for two rows with the same method and path.
    explicit Router(std::span<Route const> table);
    ~Router();

    // `path`: raw, before the "?". HEAD finds the GET row. BadEncoding, BadTarget, NoSuchRoute, or MethodNotAllowed
    // with the extra `allow`: "GET, HEAD, OPTIONS". OPTIONS on a known path is MethodNotAllowed too; the dispatcher
    // answers it.
    Result<Match> match(net::Method method, std::string_view path) const;
    std::span<Route const> table() const { return table_; }

  private:
    struct Index;
    std::span<Route const> table_;
    std::unique_ptr<Index> index_;
};

}  // namespace ingot::api
