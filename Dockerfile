# docker build -t wirestep .
# docker run --rm --read-only -p 8080:8080 -v wirestep:/data wirestep
#
# The image holds one static program and an empty directory for its journal.
FROM golang:1.26 AS build
ARG GOPROXY
ENV CGO_ENABLED=0
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -ldflags "-s -w" -o /out/wirestep-server ./cmd/server && mkdir /out/data

FROM scratch
COPY --from=build /out/wirestep-server /
# A number, so that a cluster can see that it is not root.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV WIRESTEP_ADDR=:8080 WIRESTEP_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["/wirestep-server", "-health"]
ENTRYPOINT ["/wirestep-server"]
