// Bodies, statuses and headers of Handle REST (spec/handle-rest.md 1, 3, 4.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/handler.hpp"
#include "resolver/resolver.hpp"

namespace ingot::api::handle {

enum class ResponseCode : int {
    success = 1,
    error = 2,
    protocol_error = 4,
    handle_not_found = 100,
    invalid_handle = 102,
    values_not_found = 200,
    not_responsible = 301,
    referral = 302,
    authentication_needed = 402,
};
int status_of(ResponseCode code);  // when resolving

// {"responseCode":..,"message":..,"handle":..}; the message is left out when empty.
std::string plain_body(ResponseCode code, std::string_view handle, std::string_view message = {});
// {"responseCode":1,"handle":..,"values":[...]}, or the form of "selected nothing".
std::string values_body(std::string_view handle, std::vector<storage::RecordValue const*> const& values);

net::Answer json(int status, std::string body);

// Access-Control headers for the request's Origin, and Vary.
void add_cors(Call const& call, net::Answer& answer);

// A parameter that is true when present without value, `true`, `yes` or `1`.
bool truth(Call const& call, std::string_view folded_name, bool otherwise);

// What the parameters index and type choose; everything when there are none.
class Selection {
  public:
    // Nothing for an index that is no number.
    static std::optional<Selection> of(Call const& call);
    bool everything() const { return indexes_.empty() && types_.empty(); }
    bool takes(storage::RecordValue const& value) const;

  private:
    std::vector<uint32_t> indexes_;
    std::vector<std::string> types_;
};

}  // namespace ingot::api::handle
