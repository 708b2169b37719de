// Does Kubernetes take each manifest of a JSON list on standard input? Says what
// is wrong. The models' validators let unknown fields pass: those are the ones
// that they never look at.

'use strict';

const {readFileSync} = require('fs');

const TOP = ['apiVersion', 'kind', 'metadata', 'spec'];

function watched(value, path, fields) {
    if (value === null || typeof value !== 'object') {
        return value;
    }
    const copy = Array.isArray(value) ? [] : {};
    const unseen = new Set(Object.keys(value));
    fields.push({path, unseen});
    for (const [key, inner] of Object.entries(value)) {
        copy[key] = watched(inner, `${path}/${key}`, fields);
    }
    return new Proxy(copy, {
        get(target, key) {
            unseen.delete(key);
            return target[key];
        },
    });
}

function faults(manifest) {
    const {apiVersion, kind} = manifest;
    const {[kind]: Model} = require(`kubernetes-models/${apiVersion}`);
    const fields = [];
    const model = new Model(manifest);
    for (const [key, value] of Object.entries(manifest)) {
        model[key] = watched(value, `/${key}`, fields);
    }
    const found = Object.keys(manifest).filter((key) => !TOP.includes(key));
    try {
        model.validate();
    } catch (error) {
        found.push(error.message);
    }
    for (const {path, unseen} of fields) {
        found.push(...[...unseen].map((key) => `${path}/${key} is unknown`));
    }
    return found.map((what) => `${kind} ${manifest.metadata?.name}: ${what}`);
}

const manifests = JSON.parse(readFileSync(0, 'utf8'));
const found = manifests.flatMap(faults);
console.log(found.join('\n'));
process.exitCode = found.length ? 1 : 0;
