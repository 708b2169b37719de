# php-fpm with the extension. From the root of the sources:
#   docker build -f packaging/docker/php.Dockerfile -t php-gatewayclient .
FROM debian:12-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc make php-dev
WORKDIR /src
COPY config.m4 php_gatewayclient.h ./
COPY ext ext
COPY libgwclient libgwclient
RUN phpize && ./configure && make -j"$(nproc)" \
    && make install INSTALL_ROOT=/stage

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends php-fpm \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /stage/ /
COPY packaging/docker/php-fpm.conf /etc/php/8.2/fpm/pool.d/zz-docker.conf
RUN echo extension=gatewayclient.so \
        >/etc/php/8.2/mods-available/gatewayclient.ini \
    && phpenmod gatewayclient
EXPOSE 9000
STOPSIGNAL SIGQUIT
CMD ["php-fpm8.2", "--nodaemonize"]
