// One request on its way through the dispatcher. Only api/dispatcher*.cpp include this.
#pragma once

#include "api/dispatcher.hpp"

namespace ingot::api {

struct Dispatcher::Job {
    explicit Job(std::shared_ptr<net::Request const> given)
        : request(std::move(given)), language(language_of(request->head.field("Accept-Language"))) {}
    // For a refusal that is written before this returns: the request stays the caller's.
    explicit Job(net::Request const& given)
        : Job(std::shared_ptr<net::Request const>(std::shared_ptr<void>(), &given)) {}

    std::shared_ptr<net::Request const> request;
    net::Respond respond;
    Match match;
    std::shared_ptr<registry::Principal const> principal;  // null = anonymous
    std::optional<Call> call;
    Language language;
    Steady queued_at{}, started_at{};
    storage::Sequence sequence = 0;  // reads of this request reflect at least this
    std::string_view code;           // of a problem
    Cost cost = Cost::Point;         // of this call

    registry::Principal const& who() const {
        static registry::Principal const anonymous{};
        return principal ? *principal : anonymous;
    }
};

}  // namespace ingot::api
