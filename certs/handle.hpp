// Owning pointers for objects of a C library that are freed by one function.
#pragma once

#include <memory>

namespace ingot::certs {

template <auto Free>
struct FreedBy {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

// Handle<X509, X509_free> certificate(X509_new());
template <class T, auto Free>
using Handle = std::unique_ptr<T, FreedBy<Free>>;

}  // namespace ingot::certs
