// Made by `npm run api` from docs/openapi.json. Do not edit.

export interface paths {
    "/api/admin/cache/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forgets all answers of the response cache, of every model and everyone. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PurgedBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All limits and budgets, the one that is closest to its max first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only of subjects of this kind. */
                    subject_kind?: string;
                    /** @description `rule` or `budget`. */
                    kind?: string;
                    /** @description Part of the subject's name or id, or of the rule's name. */
                    q?: string;
                    /** @description Only those of which at least so much is used, in percent. */
                    min_percent?: number;
                    /** @description `-percent` (default: the closest to its max first) or `subject`. */
                    sort?: string;
                    /** @description From the page before. */
                    cursor?: string;
                    /** @description 1 to 1000; 100 when absent. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_LimitItem"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The alerts of budgets, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only of this budget. */
                    budget_id?: string;
                    /** @description Only of this subject; with `subject_id`. */
                    subject_kind?: string;
                    /** @description Only of this subject; with `subject_kind`. Empty for the organisation. */
                    subject_id?: string;
                    /** @description From the page before. */
                    cursor?: string;
                    /** @description 1 to 1000; 100 when absent. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AlertBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would become of a call: which route, what it may cost, what would refuse it. Nothing is taken. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TrialBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PreviewBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The budgets of a subject. Everyone may see those of themselves and of their keys. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description `organisation`, `user`, `key`, `provider`, `route`, `model` */
                    subject_kind: string;
                    /** @description an id, an address or a name; `default` for the organisation */
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Sets a budget. What was spent before in the period counts. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewBudgetBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Deletes all budgets of a subject. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One budget. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a budget. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a budget. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BudgetEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/override": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets what holds instead of a budget's max for a while, in the place of what was set before. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OverrideWishBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Takes an override away before its time. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forgives what was spent of a budget in the period that runs. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BudgetBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a subject has spent in its last periods, the running one first; those in which it spent nothing are left out. */
        get: {
            parameters: {
                query?: {
                    /** @description `daily` (default), `weekly` or `monthly`. */
                    period?: string;
                    /** @description How many at most, 1 to 400; 30 when absent. */
                    limit?: number;
                };
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_SpendingBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rate limits of a subject. Everyone may see those of themselves and of their keys. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description `organisation`, `user`, `key`, `provider`, `route`, `model` */
                    subject_kind: string;
                    /** @description an id, an address or a name; `default` for the organisation */
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Sets a rate limit. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRuleBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Deletes all rate limits of a subject. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rate limit. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a rate limit. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Gives a rate limit another max. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RuleEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/override": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets what holds instead of a rate limit's max for a while, in the place of what was set before. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OverrideWishBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Takes an override away before its time. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Empties a rate limit's counter. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    subject_kind: string;
                    subject_id: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All models. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ModelBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a model. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewModelBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a model and its routes. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Edits a model. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ModelEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prices, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Own entries of this provider (name or id). */
                    provider?: string;
                    /** @description Of this upstream model. */
                    upstream_model?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_PriceBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Adds a version of a price. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPriceBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/prices/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Imports the price list that comes with the program. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Imported"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All providers. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ProviderBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a provider. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewProviderBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How providers have done lately, from every attempt of the newest calls. */
        get: {
            parameters: {
                query?: {
                    /** @description So many minutes, at most 1440; 15 when absent. */
                    minutes?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProvidersHealthBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tests connection and credential of a provider that is not saved, or not as it is sent. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProviderTestBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProbeBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One provider. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a provider that no model leads to, or, when told so, what leads to it as well: all or nothing. */
        delete: {
            parameters: {
                query?: {
                    /** @description Also delete the routes that lead to it, and the models that have no other. Refused (409) while there are any when absent. */
                    with_routes?: boolean;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Edits a provider. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProviderEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/providers/{id}/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What deleting or disabling a provider would take away. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderImpact"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers/{id}/remote-models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The models that the provider offers, with what the price book says of each. To add several, make a model
         *     (`POST /api/admin/models`) for each that is not routed yet.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_RemoteModelBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/providers/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tests connection and credential. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProbeBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/routes/standings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The routes that calls have tried since the start of this replica, and how they stand. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_RouteStandingBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All settings with their values and where those came from. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_SettingBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes settings: all that are named, or none. Those that apply `at_once` act within a second on every replica. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_SettingBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users. */
        get: {
            parameters: {
                query?: {
                    /** @description Part of address or name. */
                    q?: string;
                    /** @description Only service accounts, or only people. */
                    service_account?: boolean;
                    /** @description Only active ones, or only others. */
                    active?: boolean;
                    /** @description `email`, `display_name` or `created_at`; with `-` before it descending. `-created_at` when absent. */
                    sort?: string;
                    /** @description `next_cursor` of the page before. */
                    cursor?: string;
                    /** @description Rows per page, at most 1000. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_UserBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a user. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewUserBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a user; sessions and keys end at once. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Edits a user. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UserEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/users/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a user act again. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}/deactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends everything a user can do: sessions and keys at once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}/force-logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends every session of a user. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EndedSessions"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What deactivating or deleting a user would end. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserImpact"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a user a new password and ends their sessions. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPasswordBody"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/costs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cost by group: of all for those who may see it, else one's own. */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339, whole hours; 30 days ago when absent. */
                    from?: string;
                    /** @description RFC 3339, not included; now when absent. */
                    to?: string;
                    /**
                     * @description Names, separated by commas: user, user_email, key, team, model, provider, provider_id, upstream_model,
                     *     cost_center, outcome, day, hour, tag:<name>.
                     */
                    group_by?: string;
                    /** @description Only of this user. */
                    user_id?: string;
                    /** @description Only of this lineage of keys. */
                    key_lineage_id?: string;
                    /** @description Only of this model. */
                    model?: string;
                    /** @description Only of this provider (id). */
                    provider_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CostsBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The dashboard: of all for those who may see it, else of one's own calls. */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339; a day before `to` when absent. Rounded down to five minutes. */
                    from?: string;
                    /** @description RFC 3339, not included; now when absent. At most 92 days after `from`. */
                    to?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OverviewBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Usage by group: of all for those who may see it, else one's own. */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339, whole hours; 30 days ago when absent. */
                    from?: string;
                    /** @description RFC 3339, not included; now when absent. */
                    to?: string;
                    /**
                     * @description Names, separated by commas: user, user_email, key, team, model, provider, provider_id, upstream_model,
                     *     cost_center, outcome, day, hour, tag:<name>.
                     */
                    group_by?: string;
                    /** @description Only of this user. */
                    user_id?: string;
                    /** @description Only of this lineage of keys. */
                    key_lineage_id?: string;
                    /** @description Only of this model. */
                    model?: string;
                    /** @description Only of this provider (id). */
                    provider_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UsageBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit trail, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Part of action, e-mail or resource id. */
                    q?: string;
                    /** @description RFC 3339. */
                    from?: string;
                    /** @description RFC 3339, not included. */
                    to?: string;
                    /** @description `next_cursor` of the page before. */
                    cursor?: string;
                    /** @description Rows per page, at most 1000; 100 when absent. */
                    limit?: number;
                    /** @description Only by this user. */
                    user_id?: string;
                    /** @description Only this action. */
                    action?: string;
                    /** @description Only of this kind of thing. */
                    resource_type?: string;
                    /** @description Only of this thing. */
                    resource_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AuditBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in with e-mail and password. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LoginBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TokenBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends this session. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who one is, and what one may do. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MeBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes one's own account. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MeEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MeBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes one's own password and ends every other session. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordBody"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchanges a refresh token for new tokens. Using one twice ends the session. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RefreshBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TokenBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own sessions. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_SessionBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Ends all of one's own sessions but the one that asks. */
        delete: {
            parameters: {
                query?: {
                    /** @description Must be `true`: every session but that of this request. */
                    others?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EndedSessions"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of one's own sessions. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gateway/address": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where clients reach the gateway. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayAddress"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gateway/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls, newest first: all for those who may see them, else one's own. */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339; a day ago when absent. */
                    from?: string;
                    /** @description RFC 3339, not included; now when absent. */
                    to?: string;
                    /** @description `desc` (newest first, when absent) or `asc`, by time: no other column has an index. */
                    order?: string;
                    /** @description `next_cursor` of the page before, asked for in the same order. */
                    cursor?: string;
                    /** @description Rows per page, at most 1000; 100 when absent. */
                    limit?: number;
                    /** @description Part of model, e-mail or error class, or the beginning of a request id. */
                    q?: string;
                    /** @description Only of this user. */
                    user_id?: string;
                    /** @description Only with this key. */
                    key_id?: string;
                    /** @description Only of this lineage of keys. */
                    key_lineage_id?: string;
                    /** @description Only this model. */
                    model?: string;
                    /** @description Only this provider (name). */
                    provider?: string;
                    /** @description Only this outcome: ok, client_error, refused, upstream_error, cancelled, interrupted. */
                    outcome?: string;
                    /** @description Only this status (`429`), or this class of statuses (`5xx`). */
                    status_code?: string;
                    /** @description Only of this session. */
                    session_id?: string;
                    /** @description Only of this trace. */
                    trace_id?: string;
                    /** @description Only with this client program. */
                    client?: string;
                    /** @description Only streams, or only others. */
                    stream?: boolean;
                    /** @description At least this long. */
                    min_duration_ms?: number;
                    /** @description At most this long. */
                    max_duration_ms?: number;
                    /** @description At least this cost in US dollars, as a decimal. */
                    min_cost_usd?: string;
                    /** @description At most this cost. */
                    max_cost_usd?: string;
                    /** @description At least so many tokens, input (cached or not) and output together. */
                    min_tokens?: number;
                    /** @description At most so many tokens. */
                    max_tokens?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CallsBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gateway/logs/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls as they end: a stream of JSON, one `LiveLine` per line. Ends with the session, when the server drains, and after
         *     the life of an access token: ask again. At most six feeds of one user at once.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Part of model, e-mail or error class, or the beginning of a request id. */
                    q?: string;
                    /** @description Only of this user. */
                    user_id?: string;
                    /** @description Only with this key. */
                    key_id?: string;
                    /** @description Only of this lineage of keys. */
                    key_lineage_id?: string;
                    /** @description Only this model. */
                    model?: string;
                    /** @description Only this provider (name). */
                    provider?: string;
                    /** @description Only this outcome: ok, client_error, refused, upstream_error, cancelled, interrupted. */
                    outcome?: string;
                    /** @description Only this status (`429`), or this class of statuses (`5xx`). */
                    status_code?: string;
                    /** @description Only of this session. */
                    session_id?: string;
                    /** @description Only of this trace. */
                    trace_id?: string;
                    /** @description Only with this client program. */
                    client?: string;
                    /** @description Only streams, or only others. */
                    stream?: boolean;
                    /** @description At least this long. */
                    min_duration_ms?: number;
                    /** @description At most this long. */
                    max_duration_ms?: number;
                    /** @description At least this cost in US dollars, as a decimal. */
                    min_cost_usd?: string;
                    /** @description At most this cost. */
                    max_cost_usd?: string;
                    /** @description At least so many tokens, input (cached or not) and output together. */
                    min_tokens?: number;
                    /** @description At most so many tokens. */
                    max_tokens?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/x-ndjson": components["schemas"]["LiveLine"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gateway/logs/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call, by request id or trace id. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    request_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CallBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server is doing. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HealthBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys: all for administrators, else one's own. Every secret is a row: after a rotation the old one is there too until its grace is over. */
        get: {
            parameters: {
                query?: {
                    /** @description Part of name, prefix or the owner's address. */
                    q?: string;
                    /** @description Only of this user. */
                    user_id?: string;
                    /** @description Only in this state: `active`, `grace`, `replaced`, `disabled`, `expired`, `revoked`. */
                    state?: string;
                    /** @description Also those that were revoked, or replaced and whose grace is over. Without meaning beside `state`. */
                    include_ended?: boolean;
                    /** @description `name`, `created_at`, `expires_at` or `last_used_at`; with `-` before it descending. `-created_at` when absent. */
                    sort?: string;
                    /** @description `next_cursor` of the page before. */
                    cursor?: string;
                    /** @description Rows per page, at most 1000. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_KeyBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a key. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewKeyBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IssuedKeyBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/expiring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys that will soon be refused, soonest first: those that expire, and old secrets whose grace ends. */
        get: {
            parameters: {
                query?: {
                    /** @description Within so many days; 7 when absent. */
                    days?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_KeyBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Ends a key for good. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Edits a key. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeyEditBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyBody"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/keys/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switches a key off. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReasonBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switches a key on again. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a key for good, with a reason. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReasonBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new secret of the same lineage; the old one works for a while. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RotateBody"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IssuedKeyBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup/initialize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the first administrator. Works once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InitializeBody"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Initialized"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server was set up. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SetupStatus"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A budget has reached a threshold: told once per period. */
        AlertBody: {
            /** @description The budget, which may be gone. */
            budget_id: string;
            /** @description The alert. */
            id: string;
            /** @description The max that was in force. */
            max: components["schemas"]["Amount"];
            /** @description `daily`, `weekly` or `monthly`. */
            period: string;
            /** @description First moment of the period. */
            period_start: string;
            /** @description When it was noticed. */
            raised_at: string;
            /** @description Who spends. */
            subject: components["schemas"]["SubjectBody"];
            /**
             * Format: int32
             * @description 50, 80, 95 or 100 percent.
             */
            threshold: number;
            /** @description `usd` or `tokens`. */
            unit: string;
            /** @description What was spent then. */
            used: components["schemas"]["Amount"];
        };
        /** @description An amount: dollars as a decimal string, calls and tokens as a whole number. */
        Amount: string | number;
        /** @description An amount as it is given: dollars as a decimal number or string, calls and tokens as a whole number. */
        AmountText: string | number;
        /** @description One try at an upstream. */
        AttemptBody: components["schemas"]["TokensBody"] & {
            /**
             * Format: double
             * @description How long it took.
             */
            duration_ms: number;
            /** @description Class of the failure. */
            error_class: string;
            /** @description The price that was used. */
            price_version: string;
            /** @description The provider. */
            provider: string;
            /** @description Its id. */
            provider_id: string;
            /** @description The route. */
            route_id: string;
            /**
             * Format: double
             * @description Begun so long after the call was accepted.
             */
            start_ms: number;
            /** @description Begun at. */
            started_at: string;
            /**
             * Format: int32
             * @description Its status; 0 when none came.
             */
            status_code: number;
            /** @description As the provider names the model. */
            upstream_model: string;
            /** @description Its own request id. */
            upstream_request_id: string;
        };
        /** @description A row of the trail. */
        AuditBody: {
            /** @description `resource.verb`. */
            action: string;
            /** @description What changed, without secrets. */
            details: Record<string, never>;
            /** @description The row. */
            id: string;
            /** @description From where. */
            ip_address?: string | null;
            /** @description By which request. */
            request_id?: string | null;
            /** @description Which. */
            resource_id?: string | null;
            /** @description What kind of thing. */
            resource_type: string;
            /** @description When. */
            timestamp: string;
            /** @description With what. */
            user_agent?: string | null;
            /** @description Their address then. */
            user_email?: string | null;
            /** @description Who; `null` for the system itself. */
            user_id?: string | null;
        };
        /** @description A breaker of its own; what is `null` is as the setting `gateway.breaker` of the same name says. */
        BreakerBody: {
            /**
             * Format: int64
             * @description It opens when so many percent of the tries fail.
             * @default null
             */
            failure_pct: number | null;
            /**
             * Format: int64
             * @description Not before so many tries within the window.
             * @default null
             */
            min_samples: number | null;
            /**
             * Format: int64
             * @description How long it stays open, in seconds.
             * @default null
             */
            open_s: number | null;
            /**
             * Format: int64
             * @description The window, in seconds.
             * @default null
             */
            window_s: number | null;
        };
        /** @description A budget. */
        BudgetBody: {
            /** @description Made at. */
            created_at: string;
            /** @description The period that runs. */
            current_period: components["schemas"]["PeriodBody"];
            /** @description What was forgiven in this period by a reset. */
            forgiven: components["schemas"]["Amount"];
            /** @description Whether calls reserve the most they can cost. Otherwise they reserve what such calls usually cost. */
            hard: boolean;
            /** @description The budget. */
            id: string;
            /** @description The most that may be spent. */
            max: components["schemas"]["Amount"];
            /** @description How errors name it: `user:usd/monthly`. */
            name: string;
            override?: components["schemas"]["OverrideBody"] | null;
            /** @description `daily`, `weekly` or `monthly`. */
            period: string;
            /** @description Who spends. */
            subject: components["schemas"]["SubjectBody"];
            /** @description `usd` or `tokens`. */
            unit: string;
            /** @description Last changed at. */
            updated_at: string;
            usage?: components["schemas"]["UseBody"] | null;
        };
        /** @description What is to change of a budget; absent fields stay. */
        BudgetEditBody: {
            /** @description Whether calls reserve the most they can cost. */
            hard?: boolean | null;
            max?: components["schemas"]["AmountText"] | null;
        };
        /** @description One call. */
        CallBody: components["schemas"]["TokensBody"] & {
            /** @description Every try at an upstream. */
            attempts: components["schemas"]["AttemptBody"][];
            /** @description Whether the answer came from the response cache. */
            cache_hit: boolean;
            /** @description The client's program, as we know it. */
            client: string;
            /** @description Where the cost is booked. */
            cost_center: string;
            /** @description Format of the request. */
            dialect: string;
            /** @description Fields that could not be expressed upstream. */
            dropped_fields: string[];
            /**
             * Format: double
             * @description From accepted to the last byte.
             */
            duration_ms: number;
            /** @description What was asked for. */
            endpoint: string;
            /** @description Class of the failure. */
            error_class: string;
            /**
             * Format: int64
             * @description What the gateway itself spent before the call.
             */
            gateway_us: number;
            /** @description The row: the request id. */
            id: string;
            /** @description The client's address. */
            ip_address: string;
            /** @description With which key. */
            key_id: string;
            /** @description Of which lineage. */
            key_lineage_id: string;
            /** @description The name that the key has now; `null` when the key is gone, and in the live feed. */
            key_name?: string | null;
            /** @description The model that answered (or was tried last), by its own name; where the call asked for another name, see `plan.asked`. */
            model: string;
            /** @description ok, client_error, refused, upstream_error, cancelled, interrupted. */
            outcome: string;
            plan?: components["schemas"]["PlanBody"] | null;
            /** @description Routes that were left out, and why. */
            plan_excluded: string[];
            /** @description The price that was used. */
            price_version: string;
            /** @description The provider that answered or was tried last. */
            provider: string;
            /** @description Its id. */
            provider_id: string;
            /**
             * Format: int64
             * @description Size of the request.
             */
            request_bytes: number;
            /** @description The request id. */
            request_id: string;
            /**
             * Format: int64
             * @description Size of the answer.
             */
            response_bytes: number;
            /** @description The route. */
            route_id: string;
            /** @description The same in US dollars, exact. */
            saved_cost_usd: string;
            /**
             * Format: int64
             * @description Of such an answer, the tokens that it had taken when a provider gave it, input and output together.
             */
            saved_tokens: number;
            /** @description `x-session-id` of the client. */
            session_id: string;
            /**
             * Format: int32
             * @description What the client got.
             */
            status_code: number;
            /** @description Whether a stream was asked for. */
            stream: boolean;
            /** @description Tags of key and call. */
            tags: {
                [key: string]: string;
            };
            /** @description For which team. */
            team_id: string;
            /** @description Accepted at. */
            timestamp: string;
            /** @description The trace id. */
            trace_id: string;
            /**
             * Format: double
             * @description To the first event; `null` when none came.
             */
            ttft_ms?: number | null;
            /** @description As the provider names the model. */
            upstream_model: string;
            /** @description The provider's own request id. */
            upstream_request_id: string;
            /** @description Whether the tokens were estimated. */
            usage_estimated: boolean;
            /** @description The client's program, as it names itself. */
            user_agent: string;
            /** @description Their address then. */
            user_email: string;
            /** @description Who. */
            user_id: string;
        };
        /** @description A page of calls. */
        CallsBody: {
            /** @description The calls, newest first. */
            items: components["schemas"]["CallBody"][];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
            /** @description Parts of the log that could not be read and are missing. */
            unreadable?: string[];
        };
        /** @description A route it could take. */
        CandidateBody: {
            /** @description Rules of this route or its provider that would refuse it there. */
            blocked_by: components["schemas"]["OutlookBody"][];
            /** @description The most it could cost there, in US dollars. */
            cost_usd: string;
            /** @description The route. */
            route: components["schemas"]["PreviewRouteBody"];
        };
        /** @description A reader of the spool. */
        ConsumerBody: {
            /**
             * Format: int64
             * @description Bytes it has not read yet.
             */
            lag_bytes: number;
            /** @description `request-log`, `ledger`. */
            name: string;
        };
        /** @description Cost of a group. */
        CostRow: {
            /** @description US dollars, exact. */
            cost_usd: string;
            /** @description The group's values by name. */
            group: {
                [key: string]: string | null;
            };
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
        };
        /** @description Cost. */
        CostsBody: {
            /** @description From. */
            from: string;
            /** @description A row per group. */
            items: components["schemas"]["CostRow"][];
            /** @description US dollars since the first of this month (UTC). */
            month_to_date_usd: string;
            /** @description Until. */
            to: string;
            /** @description US dollars of the whole range. */
            total_cost_usd: string;
        };
        /** @description A model with routes to a provider. */
        DependentModelBody: {
            /** @description The model's row. */
            id: string;
            /** @description The name clients use. */
            model_id: string;
            /** @description Its enabled routes to other providers that are enabled; with 0 the model would lead nowhere. */
            other_routes: number;
            /** @description Its routes to this provider. */
            routes: number;
        };
        /** @description How many sessions ended. */
        EndedSessions: {
            /**
             * Format: int64
             * @description How many.
             */
            sessions_ended: number;
        };
        /** @description The body of every answer that is not a success. */
        ErrorBody: {
            /** @description What went wrong. */
            error: components["schemas"]["ErrorDetail"];
        };
        /** @description What went wrong. */
        ErrorDetail: {
            /** @description For programs. */
            code: string;
            /**
             * @description The field of the request that is wrong, if one is: its path in the body (`routes[1].weight`, `config.headers`), or the
             *     name of a query parameter.
             */
            field?: string | null;
            /** @description For people. */
            message: string;
        };
        /** @description The most a call could use. */
        EstimateBody: {
            /** @description US dollars, on the dearest route. */
            cost_usd: string;
            /**
             * Format: int64
             * @description Tokens, weighted as the model says.
             */
            tokens: number;
        };
        /** @description A route that was left out. */
        ExcludedBody: {
            /** @description `disabled`, `dialect`, `endpoint`, ... */
            reason: string;
            /** @description The route. */
            route: components["schemas"]["PreviewRouteBody"];
        };
        /** @description The first administrator. */
        FirstAdminBody: {
            /** @description For people. */
            display_name?: string;
            /** @description Signs in with it. */
            email: string;
            /** @description At least 8 characters with upper case, lower case and a digit. */
            password: string;
        };
        /** @description A key and its secret. */
        FirstKey: {
            /** @description The key's id. */
            id: string;
            /** @description The secret. */
            key: string;
        };
        /** @description A key to begin with. */
        FirstKeyBody: {
            /** @description Its name. */
            name: string;
        };
        /** @description Where clients reach the gateway. */
        GatewayAddress: {
            /** @description `configured` (PUBLIC_GATEWAY_URL), or `detected` from how the console was reached and the gateway's port. */
            source: string;
            /** @description Without a slash at the end: `https://ai.example.com`. */
            url: string;
        };
        /** @description How the server is doing. */
        HealthBody: {
            /** @description Keys. */
            keys: number;
            /**
             * Format: int64
             * @description Bytes of the request log.
             */
            log_bytes: number;
            /** @description Models. */
            models: number;
            /** @description Its parts. */
            parts: components["schemas"]["PartBody"][];
            /** @description Providers in use. */
            providers: number;
            spool?: components["schemas"]["SpoolBody"] | null;
            /** @description `ok`, or `degraded` when a part does not answer. */
            status: string;
            /**
             * Format: int64
             * @description Running for.
             */
            uptime_secs: number;
            /** @description Active users. */
            users: number;
        };
        /** @description What an import did. */
        Imported: {
            /**
             * Format: int64
             * @description New entries.
             */
            imported: number;
        };
        /** @description The first administrator, and what may be made along with them. */
        InitializeBody: {
            /** @description The first administrator. */
            admin: components["schemas"]["FirstAdminBody"];
            api_key?: components["schemas"]["FirstKeyBody"] | null;
            provider?: components["schemas"]["NewProviderBody"] | null;
            /** @description Shown in the console. */
            site_name?: string | null;
        };
        /** @description What was made. */
        Initialized: {
            api_key?: components["schemas"]["FirstKey"] | null;
            /** @description The administrator. */
            user: components["schemas"]["UserBody"];
        };
        /** @description A key with its secret, shown this once. */
        IssuedKeyBody: components["schemas"]["KeyBody"] & {
            /** @description The secret. It cannot be shown again. */
            key: string;
        };
        /** @description A key without its secret. */
        KeyBody: {
            /** @description Globs of model names; `null` inherits, an empty list allows none. */
            allowed_models?: string[] | null;
            /**
             * Format: int32
             * @description For how many seconds its calls' answers are kept to be given again: 0 never, `null` as the model says.
             */
            cache_ttl_s?: number | null;
            /** @description Where its cost is booked. */
            cost_center?: string | null;
            /** @description Made at. */
            created_at: string;
            /** @description Refused from then on. */
            expires_at?: string | null;
            /** @description Will be refused within seven days: it expires, or its grace ends. */
            expiring_soon: boolean;
            /** @description After a rotation: works until then. */
            grace_period_ends_at?: string | null;
            /** @description This secret. */
            id: string;
            /**
             * Format: int32
             * @description Switched off after so many days without use.
             */
            inactivity_timeout_days?: number | null;
            /** @description The first characters of the secret. */
            key_prefix: string;
            /** @description Last used at. */
            last_used_at?: string | null;
            /** @description What outlives rotation. */
            lineage_id: string;
            /** @description Its name. */
            name: string;
            /** @description Why it was disabled or revoked. */
            reason?: string | null;
            /** @description The key that replaced it. */
            replaced_by?: string | null;
            /** @description When that is next. */
            rotation_due_at?: string | null;
            /**
             * Format: int32
             * @description Should be rotated every so many days.
             */
            rotation_period_days?: number | null;
            /** @description `active`, `grace`, `replaced`, `disabled`, `expired`, `revoked`. */
            state: string;
            /** @description Whether a call whose conversion to the provider's dialect would leave something out is refused. */
            strict_conversion: boolean;
            /** @description `ai_gateway`, `mcp_gateway`, `console`. */
            surfaces: string[];
            /** @description Stored with each use. */
            tags: {
                [key: string]: string;
            };
            /** @description Last changed at. */
            updated_at: string;
            /** @description The owner's address, in lists and single keys; `null` in answers to changes. */
            user_email?: string | null;
            /** @description Its owner. */
            user_id: string;
        };
        /** @description What is to change of a key; absent fields stay, `null` clears. */
        KeyEditBody: {
            /** @description Globs of model names. */
            allowed_models?: string[] | null;
            /**
             * Format: int32
             * @description For how many seconds its calls' answers are kept to be given again: 0 never, `null` as the model says.
             */
            cache_ttl_s?: number | null;
            /** @description Where its cost is booked. */
            cost_center?: string | null;
            /** @description RFC 3339; refused from then on. */
            expires_at?: string | null;
            /**
             * Format: int32
             * @description Switched off after so many days without use.
             */
            inactivity_timeout_days?: number | null;
            /** @description Its name. */
            name?: string | null;
            /**
             * Format: int32
             * @description Should be rotated every so many days.
             */
            rotation_period_days?: number | null;
            /** @description Whether a call whose conversion to the provider's dialect would leave something out is refused. */
            strict_conversion?: boolean | null;
            /** @description What it may be used for. */
            surfaces?: string[] | null;
            /** @description All tags. */
            tags?: {
                [key: string]: string;
            } | null;
        };
        /** @description A rate limit or a budget. */
        LimitItem: {
            budget?: components["schemas"]["BudgetBody"] | null;
            /** @description `rule` or `budget`. */
            kind: string;
            /**
             * Format: double
             * @description How much of the max in force is used or reserved; `null` when the counters do not answer.
             */
            percent?: number | null;
            rule?: components["schemas"]["RuleBody"] | null;
        };
        /** @description A line of the live feed. */
        LiveLine: {
            /** @description As the list shows it. */
            call: components["schemas"]["CallBody"];
            /** @enum {string} */
            type: "call";
        } | {
            /** @description The server's time. */
            at: string;
            /** @enum {string} */
            type: "heartbeat";
        } | {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @enum {string} */
            type: "skipped";
        };
        /** @description Credentials. */
        LoginBody: {
            /** @description Case does not matter. */
            email: string;
            /** @description The password. */
            password: string;
            /** @description Reserved; must be absent or null. */
            totp_code?: string | null;
        };
        /** @description Who one is, and what one may do. */
        MeBody: components["schemas"]["UserBody"] & {
            /** @description Everything one may do, as `resource:verb`: `keys:create_own`, `providers:write`, ... */
            actions: string[];
            /** @description The strongest role. */
            role: string;
            /** @description The session of this request; `null` with a key. */
            session_id?: string | null;
        };
        /** @description What is to change of one's own account. */
        MeEditBody: {
            /** @description For people. */
            display_name: string;
        };
        /** @description A model. */
        ModelBody: {
            /** @description Further names under which it is called. */
            aliases: string[];
            /**
             * Format: int32
             * @description For how many seconds its answers are kept to be given again; `null`, or 0, is never.
             */
            cache_ttl_s?: number | null;
            /** @description Made at. */
            created_at: string;
            /** @description For people. */
            display_name: string;
            /** @description Whether it is offered. */
            enabled: boolean;
            /** @description The row. */
            id: string;
            /**
             * Format: int64
             * @description The longest answer it gives, in tokens; `null` when not known.
             */
            max_output_tokens?: number | null;
            /** @description The name clients use. */
            model_id: string;
            /** @description Where it can go. */
            routes: components["schemas"]["RouteBody"][];
            /** @description What it says of routing for itself. */
            routing: components["schemas"]["RoutingBody"];
            /** @description What one of its tokens counts in limits and budgets, as a decimal number. */
            token_weight: string;
            /** @description Last changed at. */
            updated_at: string;
        };
        /** @description What is to change of a model; absent fields stay. */
        ModelEditBody: {
            /** @description All further names under which it is called. */
            aliases?: string[] | null;
            /**
             * Format: int32
             * @description For how many seconds its answers are kept to be given again; `null`, or 0, is never.
             */
            cache_ttl_s?: number | null;
            /** @description For people. */
            display_name?: string | null;
            /** @description Whether it is offered. */
            enabled?: boolean | null;
            /**
             * Format: int64
             * @description The longest answer it gives, in tokens; `null` clears.
             */
            max_output_tokens?: number | null;
            /** @description The name clients use. */
            model_id?: string | null;
            prices?: components["schemas"]["RatesBody"] | null;
            /** @description All routes. */
            routes?: components["schemas"]["RouteWishBody"][] | null;
            routing?: components["schemas"]["RoutingBody"] | null;
            /** @description What one of its tokens counts in limits and budgets, as a decimal number. */
            token_weight?: string | null;
        };
        /** @description A new budget. */
        NewBudgetBody: {
            /** @description Whether calls reserve the most they can cost; yes when absent. */
            hard?: boolean | null;
            /** @description The most that may be spent. */
            max: components["schemas"]["AmountText"];
            /** @description `daily`, `weekly` or `monthly`. */
            period: string;
            /** @description `usd` or `tokens`. */
            unit: string;
        };
        /** @description A new key. */
        NewKeyBody: {
            /** @description Globs of model names; absent inherits, an empty list allows none. */
            allowed_models?: string[] | null;
            /** @description Reserved; must be absent or null. */
            allowed_tools?: string[] | null;
            /**
             * Format: int32
             * @description For how many seconds its calls' answers are kept to be given again, at most a week: 0 never, absent as the model says.
             */
            cache_ttl_s?: number | null;
            /** @description Where its cost is booked. */
            cost_center?: string | null;
            /** @description RFC 3339; refused from then on. */
            expires_at?: string | null;
            /**
             * Format: int32
             * @description Switched off after so many days without use.
             */
            inactivity_timeout_days?: number | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description Should be rotated every so many days.
             */
            rotation_period_days?: number | null;
            /** @description Whether a call whose conversion to the provider's dialect would leave something out is refused; no when absent. */
            strict_conversion?: boolean;
            /** @description `ai_gateway` when absent. */
            surfaces?: string[] | null;
            /** @description Stored with each use. */
            tags?: {
                [key: string]: string;
            };
            /** @description Reserved; must be absent or null. */
            team_id?: string | null;
            /** @description Its owner; oneself when absent. */
            user_id?: string | null;
        };
        /** @description A new model. */
        NewModelBody: {
            /** @description Further names under which it is called: unique over these and the names of all models. */
            aliases?: string[];
            /**
             * Format: int32
             * @description For how many seconds its answers are kept to be given again, at most a week; never when absent.
             */
            cache_ttl_s?: number | null;
            /** @description For people. */
            display_name?: string | null;
            /** @description Whether it is offered. */
            enabled?: boolean | null;
            /**
             * Format: int64
             * @description The longest answer it gives, in tokens: what calls reserve that say no `max_tokens`.
             */
            max_output_tokens?: number | null;
            /** @description The name clients use. */
            model_id: string;
            prices?: components["schemas"]["RatesBody"] | null;
            /** @description Where it can go. */
            routes: components["schemas"]["RouteWishBody"][];
            /** @description What it says of routing for itself. */
            routing?: components["schemas"]["RoutingBody"];
            /** @description What one of its tokens counts in limits and budgets, as a decimal number; 1 when absent. */
            token_weight?: string | null;
        };
        /** @description A new password. */
        NewPasswordBody: {
            /** @description At least 8 characters with upper case, lower case and a digit. */
            password: string;
        };
        /** @description A new price. */
        NewPriceBody: {
            /** @description RFC 3339; now when absent. */
            effective_from?: string | null;
            /** @description Name or id of the provider. */
            provider: string;
            /** @description The rates. */
            rates: components["schemas"]["RatesBody"];
            /** @description Rates for large inputs. */
            tiers?: components["schemas"]["TierBody"][];
            /** @description As the provider names the model. */
            upstream_model: string;
        };
        /** @description A new provider. */
        NewProviderBody: {
            /** @description Needed for loopback and private addresses. */
            allow_private_network?: boolean;
            /** @description Kept encrypted, never shown again. */
            api_key?: string | null;
            /** @description With or without `/v1`; the public address of its type when absent. */
            base_url?: string | null;
            /** @description What has no field of its own. */
            config?: components["schemas"]["ProviderConfigBody"];
            /** @description For people. */
            display_name?: string | null;
            /** @description Whether it is used. */
            enabled?: boolean | null;
            /** @description Its unique name. */
            name: string;
            /**
             * Format: int32
             * @description Lower is preferred for default prefixes; 100 when absent.
             */
            priority?: number | null;
            /** @description `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`. */
            provider_type: string;
        };
        /** @description A new rate limit. */
        NewRuleBody: {
            /**
             * Format: int64
             * @description The most that is let in.
             */
            max: number;
            /** @description `requests`, `tokens` or `concurrency`. */
            metric: string;
            /** @description Which calls it counts: `ai_gateway`, which is also meant when absent. */
            surface?: string | null;
            /** @description `1m`, `5m`, `1h`, `5h`, `1d`, `1w`; not with `concurrency`. */
            window?: string | null;
        };
        /** @description A new user. */
        NewUserBody: {
            /** @description For people. */
            display_name?: string;
            /** @description Address; of a service account, its name. */
            email: string;
            /** @description At least 8 characters with upper case, lower case and a digit; not for service accounts. */
            password?: string | null;
            /** @description `developer` (of a machine `service`) when absent. `user` is taken for `developer`. */
            roles?: string[];
            /** @description Whether it is a machine. */
            service_account?: boolean;
        };
        /** @description How a rule would take it. */
        OutlookBody: {
            /** @description What the call would reserve. */
            asks: components["schemas"]["Amount"];
            /** @description Whether it would refuse the call. */
            blocks: boolean;
            /** @description Of a budget, when its period ends. */
            ends_at?: string | null;
            /** @description The max in force. */
            max: components["schemas"]["Amount"];
            /** @description The rule, as errors name it. */
            name: string;
            /** @description What is used and reserved. */
            used: components["schemas"]["Amount"];
        };
        /** @description Another max for a while. */
        OverrideBody: {
            /** @description When it was set. */
            created_at: string;
            /** @description Until when it holds. */
            expires_at: string;
            /** @description What holds instead. */
            max: components["schemas"]["Amount"];
            /** @description Why. */
            reason: string;
            /** @description Who set it. */
            set_by?: string | null;
        };
        /** @description Another max for a while, as it is asked for. */
        OverrideWishBody: {
            /** @description Until when, at most a year ahead. */
            expires_at: string;
            /** @description What is to hold instead. */
            max: components["schemas"]["AmountText"];
            /** @description Why. */
            reason: string;
        };
        /** @description Everything at a glance. */
        OverviewBody: {
            /** @description From. */
            from: string;
            /** @description US dollars since the first of this month (UTC), exact. */
            month_to_date_usd: string;
            /** @description The range of the same length before it. */
            previous: components["schemas"]["TotalsBody"];
            /** @description `all`, or `own` for those who may see their own calls only. */
            scope: string;
            /** @description Every step of the range in order, those without calls too. */
            series: components["schemas"]["PointBody"][];
            /**
             * Format: int64
             * @description Width of a point in seconds.
             */
            step_secs: number;
            /** @description Until. */
            to: string;
            /** @description The keys with the most calls, in whole hours. */
            top_keys: components["schemas"]["TopCallerBody"][];
            /** @description The models with the most calls. */
            top_models: components["schemas"]["TopBody"][];
            /** @description The providers with the most calls. */
            top_providers: components["schemas"]["TopBody"][];
            /** @description The users with the most calls, in whole hours. */
            top_users: components["schemas"]["TopCallerBody"][];
            /** @description The whole range. */
            totals: components["schemas"]["TotalsBody"];
            /** @description Parts of the log that could not be read and are missing. */
            unreadable?: string[];
        };
        /** @description A page of a list. */
        Page_AlertBody: {
            /** @description The rows. */
            items: {
                /** @description The budget, which may be gone. */
                budget_id: string;
                /** @description The alert. */
                id: string;
                /** @description The max that was in force. */
                max: components["schemas"]["Amount"];
                /** @description `daily`, `weekly` or `monthly`. */
                period: string;
                /** @description First moment of the period. */
                period_start: string;
                /** @description When it was noticed. */
                raised_at: string;
                /** @description Who spends. */
                subject: components["schemas"]["SubjectBody"];
                /**
                 * Format: int32
                 * @description 50, 80, 95 or 100 percent.
                 */
                threshold: number;
                /** @description `usd` or `tokens`. */
                unit: string;
                /** @description What was spent then. */
                used: components["schemas"]["Amount"];
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_AuditBody: {
            /** @description The rows. */
            items: {
                /** @description `resource.verb`. */
                action: string;
                /** @description What changed, without secrets. */
                details: Record<string, never>;
                /** @description The row. */
                id: string;
                /** @description From where. */
                ip_address?: string | null;
                /** @description By which request. */
                request_id?: string | null;
                /** @description Which. */
                resource_id?: string | null;
                /** @description What kind of thing. */
                resource_type: string;
                /** @description When. */
                timestamp: string;
                /** @description With what. */
                user_agent?: string | null;
                /** @description Their address then. */
                user_email?: string | null;
                /** @description Who; `null` for the system itself. */
                user_id?: string | null;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_BudgetBody: {
            /** @description The rows. */
            items: {
                /** @description Made at. */
                created_at: string;
                /** @description The period that runs. */
                current_period: components["schemas"]["PeriodBody"];
                /** @description What was forgiven in this period by a reset. */
                forgiven: components["schemas"]["Amount"];
                /** @description Whether calls reserve the most they can cost. Otherwise they reserve what such calls usually cost. */
                hard: boolean;
                /** @description The budget. */
                id: string;
                /** @description The most that may be spent. */
                max: components["schemas"]["Amount"];
                /** @description How errors name it: `user:usd/monthly`. */
                name: string;
                override?: components["schemas"]["OverrideBody"] | null;
                /** @description `daily`, `weekly` or `monthly`. */
                period: string;
                /** @description Who spends. */
                subject: components["schemas"]["SubjectBody"];
                /** @description `usd` or `tokens`. */
                unit: string;
                /** @description Last changed at. */
                updated_at: string;
                usage?: components["schemas"]["UseBody"] | null;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_KeyBody: {
            /** @description The rows. */
            items: {
                /** @description Globs of model names; `null` inherits, an empty list allows none. */
                allowed_models?: string[] | null;
                /**
                 * Format: int32
                 * @description For how many seconds its calls' answers are kept to be given again: 0 never, `null` as the model says.
                 */
                cache_ttl_s?: number | null;
                /** @description Where its cost is booked. */
                cost_center?: string | null;
                /** @description Made at. */
                created_at: string;
                /** @description Refused from then on. */
                expires_at?: string | null;
                /** @description Will be refused within seven days: it expires, or its grace ends. */
                expiring_soon: boolean;
                /** @description After a rotation: works until then. */
                grace_period_ends_at?: string | null;
                /** @description This secret. */
                id: string;
                /**
                 * Format: int32
                 * @description Switched off after so many days without use.
                 */
                inactivity_timeout_days?: number | null;
                /** @description The first characters of the secret. */
                key_prefix: string;
                /** @description Last used at. */
                last_used_at?: string | null;
                /** @description What outlives rotation. */
                lineage_id: string;
                /** @description Its name. */
                name: string;
                /** @description Why it was disabled or revoked. */
                reason?: string | null;
                /** @description The key that replaced it. */
                replaced_by?: string | null;
                /** @description When that is next. */
                rotation_due_at?: string | null;
                /**
                 * Format: int32
                 * @description Should be rotated every so many days.
                 */
                rotation_period_days?: number | null;
                /** @description `active`, `grace`, `replaced`, `disabled`, `expired`, `revoked`. */
                state: string;
                /** @description Whether a call whose conversion to the provider's dialect would leave something out is refused. */
                strict_conversion: boolean;
                /** @description `ai_gateway`, `mcp_gateway`, `console`. */
                surfaces: string[];
                /** @description Stored with each use. */
                tags: {
                    [key: string]: string;
                };
                /** @description Last changed at. */
                updated_at: string;
                /** @description The owner's address, in lists and single keys; `null` in answers to changes. */
                user_email?: string | null;
                /** @description Its owner. */
                user_id: string;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_LimitItem: {
            /** @description The rows. */
            items: {
                budget?: components["schemas"]["BudgetBody"] | null;
                /** @description `rule` or `budget`. */
                kind: string;
                /**
                 * Format: double
                 * @description How much of the max in force is used or reserved; `null` when the counters do not answer.
                 */
                percent?: number | null;
                rule?: components["schemas"]["RuleBody"] | null;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_ModelBody: {
            /** @description The rows. */
            items: {
                /** @description Further names under which it is called. */
                aliases: string[];
                /**
                 * Format: int32
                 * @description For how many seconds its answers are kept to be given again; `null`, or 0, is never.
                 */
                cache_ttl_s?: number | null;
                /** @description Made at. */
                created_at: string;
                /** @description For people. */
                display_name: string;
                /** @description Whether it is offered. */
                enabled: boolean;
                /** @description The row. */
                id: string;
                /**
                 * Format: int64
                 * @description The longest answer it gives, in tokens; `null` when not known.
                 */
                max_output_tokens?: number | null;
                /** @description The name clients use. */
                model_id: string;
                /** @description Where it can go. */
                routes: components["schemas"]["RouteBody"][];
                /** @description What it says of routing for itself. */
                routing: components["schemas"]["RoutingBody"];
                /** @description What one of its tokens counts in limits and budgets, as a decimal number. */
                token_weight: string;
                /** @description Last changed at. */
                updated_at: string;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_PriceBody: {
            /** @description The rows. */
            items: {
                /** @description Written at. */
                created_at: string;
                /** @description In force from. */
                effective_from: string;
                /** @description Kept with each call as `price_version`. */
                id: string;
                /** @description Its name. */
                provider?: string | null;
                /** @description Of which provider; `null` for the imported list. */
                provider_id?: string | null;
                /** @description For which type of provider. */
                provider_type: string;
                /** @description The rates. */
                rates: components["schemas"]["RatesBody"];
                /** @description Where it came from. */
                source: string;
                /** @description Rates for large inputs. */
                tiers: components["schemas"]["TierBody"][];
                /** @description As the provider names the model. */
                upstream_model: string;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_ProviderBody: {
            /** @description The rows. */
            items: {
                /** @description Whether private and loopback addresses may be connected to. */
                allow_private_network: boolean;
                /** @description Masked; `null` when there is none. Written back as shown, it changes nothing. */
                api_key?: string | null;
                /** @description Where it is, without the version. */
                base_url: string;
                /** @description What has no field of its own. */
                config: components["schemas"]["ProviderConfigShown"];
                /** @description Made at. */
                created_at: string;
                /** @description For people. */
                display_name: string;
                /** @description Whether it is used. */
                enabled: boolean;
                /** @description The provider. */
                id: string;
                /** @description Its unique name. */
                name: string;
                /**
                 * Format: int32
                 * @description Lower is preferred for default prefixes.
                 */
                priority: number;
                /** @description `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`. */
                provider_type: string;
                /** @description Last changed at. */
                updated_at: string;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_RemoteModelBody: {
            /** @description The rows. */
            items: {
                /** @description Its name for people. */
                display_name?: string | null;
                /** @description Its name there. */
                id: string;
                /** @description Whether one of our models has this name, so that another cannot be made under it. */
                name_taken: boolean;
                prices?: components["schemas"]["RatesBody"] | null;
                /** @description Whether one of our models has a route to it. */
                routed: boolean;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_RouteStandingBody: {
            /** @description The rows. */
            items: {
                /**
                 * Format: int64
                 * @description Tries of late that failed, and not by the caller's fault.
                 */
                bad: number;
                /** @description closed: it is used; open: calls go elsewhere; half_open: it is being tried whether it works again. */
                breaker: string;
                /**
                 * Format: double
                 * @description Average time to the first token; `null` before one was measured.
                 */
                first_token_ms?: number | null;
                /**
                 * Format: int64
                 * @description Tries of late that went well.
                 */
                good: number;
                /** @description The class of that failure. */
                last_failure?: string | null;
                /** @description When a try last failed; `null` if none has since the start. */
                last_failure_at?: string | null;
                /** @description The route. */
                route_id: string;
                /**
                 * Format: int32
                 * @description How many tries it was measured by.
                 */
                samples: number;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_RuleBody: {
            /** @description The rows. */
            items: {
                /** @description Made at. */
                created_at: string;
                /** @description The rule. */
                id: string;
                /**
                 * Format: int64
                 * @description The most that is let in.
                 */
                max: number;
                /** @description `requests`, `tokens` or `concurrency`. */
                metric: string;
                /** @description How errors name it: `key:requests/1m`. */
                name: string;
                override?: components["schemas"]["OverrideBody"] | null;
                /** @description Whom it counts. */
                subject: components["schemas"]["SubjectBody"];
                /** @description Which calls it counts. */
                surface: string;
                /** @description Last changed at. */
                updated_at: string;
                usage?: components["schemas"]["UseBody"] | null;
                /** @description `1m`, `5m`, `1h`, `5h`, `1d`, `1w`; `null` for `concurrency`. */
                window?: string | null;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_SessionBody: {
            /** @description The rows. */
            items: {
                /** @description Signed in at. */
                created_at: string;
                /** @description Whether this request belongs to it. */
                current: boolean;
                /** @description Ends at, unless refreshed. */
                expires_at: string;
                /** @description The session. */
                id: string;
                /** @description From where. */
                ip_address: string;
                /** @description Last refreshed at. */
                last_used_at?: string | null;
                /** @description With what. */
                user_agent: string;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_SettingBody: {
            /** @description The rows. */
            items: {
                /** @description What values it takes, for people. */
                allowed: string;
                /** @description When a new value acts: `at_once` (within a second, on every replica) or `at_start` of a replica. */
                applies: string;
                /** @description The default, as text. */
                default: string;
                /** @description What it does. */
                help: string;
                /** @description Dotted name. */
                key: string;
                /** @description `int`, `bool`, `word`, `zone`. */
                kind: string;
                /**
                 * Format: int64
                 * @description Of a number: the largest allowed.
                 */
                max?: number | null;
                /**
                 * Format: int64
                 * @description Of a number: the smallest allowed.
                 */
                min?: number | null;
                /** @description It was changed since this replica started, and acts only when it starts again. */
                pending: boolean;
                /** @description Where the value came from: `default`, `file`, `store` (changed here), `environment` (cannot be changed here). */
                source: string;
                /** @description Where the console shows it: `general`, `auth`, `gateway`, `security`, `api_keys`, `audit`, `performance`. */
                tab: string;
                /** @description Its value: a number, a boolean or a word. */
                value: Record<string, never>;
                /** @description Of a word: those allowed. */
                words: string[];
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_SpendingBody: {
            /** @description The rows. */
            items: {
                /** @description US dollars. */
                cost_usd: string;
                /** @description The period. */
                period: components["schemas"]["PeriodBody"];
                /**
                 * Format: int64
                 * @description Calls.
                 */
                requests: number;
                /**
                 * Format: int64
                 * @description Tokens, weighted as their models say.
                 */
                tokens: number;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_UserBody: {
            /** @description The rows. */
            items: {
                /** @description Whether they may act. */
                active: boolean;
                /** @description Made at. */
                created_at: string;
                /** @description For people. */
                display_name: string;
                /** @description Lower-case address; of a service account, its name. */
                email: string;
                /** @description The user. */
                id: string;
                /** @description Global roles. */
                roles: string[];
                /** @description Whether it is a machine. */
                service_account: boolean;
                /** @description Last changed at. */
                updated_at: string;
            }[];
            /** @description Give it as `cursor` to get the next page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A part of the server. */
        PartBody: {
            /** @description Which backend it is. */
            backend: string;
            /**
             * Format: int64
             * @description How long that took.
             */
            latency_us?: number | null;
            /** @description Why it does not. */
            message?: string | null;
            /** @description Its name. */
            name: string;
            /** @description Whether it answers. */
            ok: boolean;
        };
        /** @description A change of one's own password. Every other session ends. */
        PasswordBody: {
            /** @description The one in force. */
            current_password: string;
            /** @description At least 8 characters with upper case, lower case and a digit. */
            new_password: string;
        };
        /** @description A period of a budget. */
        PeriodBody: {
            /** @description The first moment of the next. */
            end: string;
            /** @description `2026-11-22`, `2026-W47`, `2026-11`. */
            name: string;
            /** @description Its first moment. */
            start: string;
        };
        /** @description How the order of a call's routes came about. */
        PlanBody: {
            /** @description The name that the call asked for, where that is an alias, or other models could stand in; else empty. */
            asked: string;
            /** @description Whether the conversation decided among equal routes. */
            by_conversation: boolean;
            /** @description First the routes in the order they were to be tried, then those that were left out. */
            routes: components["schemas"]["PlannedRouteBody"][];
            /** @description priority, weighted, latency, cost. */
            strategy: string;
        };
        /** @description A route as it was when the plan was made. */
        PlannedRouteBody: {
            /**
             * @description What its breaker said: free, probe (the one call that finds out whether it works again), behind (the last resort); empty
             *     where it was left out.
             */
            admitted: string;
            /** @description Why it was left out; empty when it was not. */
            excluded: string;
            /**
             * Format: double
             * @description Time to a first token that the strategy `latency` went by; `null` where it was not known.
             */
            first_token_ms?: number | null;
            /** @description The model it belongs to, where that is another than the one asked for; else empty. */
            model: string;
            /** @description US dollars for three million tokens in and one million out that the strategy `cost` went by; `null` where it has no price. */
            price_usd?: string | null;
            /**
             * Format: int32
             * @description Lower is tried first.
             */
            priority: number;
            /** @description The provider's name. */
            provider: string;
            /** @description The route. */
            route_id: string;
            /** @description Why that model stands in: fallback, larger_context; else empty. */
            stand_in: string;
            /** @description As the provider names the model. */
            upstream_model: string;
            /**
             * Format: int32
             * @description Share among equals.
             */
            weight: number;
        };
        /** @description One step. Tokens are of the classes of the totals: those of input are disjoint, reasoning is a part of output. */
        PointBody: {
            /** @description Its beginning. */
            at: string;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a one-hour cache.
             */
            cache_write_1h_tokens: number;
            /**
             * Format: int64
             * @description Written to a five-minute cache.
             */
            cache_write_5m_tokens: number;
            /** @description US dollars, exact. */
            cost_usd: string;
            /** @description How long calls took. */
            duration_ms: components["schemas"]["QuantilesBody"];
            /**
             * Format: int64
             * @description Calls that failed.
             */
            errors: number;
            /**
             * Format: int64
             * @description Input that was not cached.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description A part of output.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
            /** @description Time to the first event. */
            ttft_ms: components["schemas"]["QuantilesBody"];
        };
        /** @description What would become of it. */
        PreviewBody: {
            /** @description Whether it would be let through. */
            allowed: boolean;
            /** @description Rules that would refuse it wherever it went. */
            blocked_by: components["schemas"]["OutlookBody"][];
            /** @description Where it could go, in the order of the plan. */
            candidates: components["schemas"]["CandidateBody"][];
            /** @description The most it could use. */
            estimate: components["schemas"]["EstimateBody"];
            /** @description Routes left out of the plan, and why. */
            excluded: components["schemas"]["ExcludedBody"][];
            /** @description The model, as clients name it. */
            model: string;
            /** @description Why the caller may not use the model at all. */
            refused?: string | null;
            route?: components["schemas"]["PreviewRouteBody"] | null;
            /** @description All rules that hold wherever it goes. */
            rules: components["schemas"]["OutlookBody"][];
        };
        /** @description A route. */
        PreviewRouteBody: {
            /** @description The route. */
            id: string;
            /** @description The model that it belongs to, where that is another than the one asked for. */
            model?: string | null;
            /** @description The name of its provider. */
            provider: string;
            /** @description As the provider names the model. */
            upstream_model: string;
        };
        /** @description A version of a price. */
        PriceBody: {
            /** @description Written at. */
            created_at: string;
            /** @description In force from. */
            effective_from: string;
            /** @description Kept with each call as `price_version`. */
            id: string;
            /** @description Its name. */
            provider?: string | null;
            /** @description Of which provider; `null` for the imported list. */
            provider_id?: string | null;
            /** @description For which type of provider. */
            provider_type: string;
            /** @description The rates. */
            rates: components["schemas"]["RatesBody"];
            /** @description Where it came from. */
            source: string;
            /** @description Rates for large inputs. */
            tiers: components["schemas"]["TierBody"][];
            /** @description As the provider names the model. */
            upstream_model: string;
        };
        /** @description What a test of the connection found. */
        ProbeBody: {
            /** @description Of a provider that signs with the machine's role: whose credentials were found. */
            credential_source?: string | null;
            /**
             * @description What is wrong: `dns`, `connect`, `connect_timeout`, `tls`, `proxy`, `private_address`, `upstream_auth`,
             *     `no_credential`, `not_found`,
             *     `redirect`, `total_timeout`, `protocol`, ... (the classes of failed attempts).
             */
            error_class?: string | null;
            /**
             * Format: int64
             * @description How long it took.
             */
            latency_ms: number;
            /** @description What to mend, with the provider's own words where it gave any. */
            message?: string | null;
            /** @description How many models it listed. */
            models?: number | null;
            /** @description Whether the provider answered and took the credential. */
            ok: boolean;
            /**
             * Format: int32
             * @description The status that the provider answered with, if it was not what was hoped for.
             */
            status_code?: number | null;
        };
        /** @description A provider. Secrets are masked. */
        ProviderBody: {
            /** @description Whether private and loopback addresses may be connected to. */
            allow_private_network: boolean;
            /** @description Masked; `null` when there is none. Written back as shown, it changes nothing. */
            api_key?: string | null;
            /** @description Where it is, without the version. */
            base_url: string;
            /** @description What has no field of its own. */
            config: components["schemas"]["ProviderConfigShown"];
            /** @description Made at. */
            created_at: string;
            /** @description For people. */
            display_name: string;
            /** @description Whether it is used. */
            enabled: boolean;
            /** @description The provider. */
            id: string;
            /** @description Its unique name. */
            name: string;
            /**
             * Format: int32
             * @description Lower is preferred for default prefixes.
             */
            priority: number;
            /** @description `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`. */
            provider_type: string;
            /** @description Last changed at. */
            updated_at: string;
        };
        /** @description What has no field of its own. */
        ProviderConfigBody: {
            /**
             * @description `bedrock`: which key signs, with `secret_access_key`. Without it calls are sent with `api_key`, a Bedrock API key, or
             *     signed with the role of the machine.
             */
            access_key_id?: string | null;
            /** @description `azure`: the version of its API by date, or `v1` or `preview`; 2024-10-21 when there is none. */
            api_version?: string | null;
            /** @description Whether it accepts being asked for usage. */
            ask_usage?: boolean | null;
            /**
             * @description What it speaks, of what its type can: `chat`, `responses`, `embeddings`, `completions`, `images`, `audio` (`openai`, `azure`,
             *     `custom`), `moderations` (`openai`, `custom`), `rerank` (`custom`), `messages` (`anthropic`, `custom`), `gemini` (`google`),
             *     `converse` (`bedrock`).
             */
            dialects?: string[] | null;
            /** @description `bedrock`: where it is instead of the region's own address, such as a VPC endpoint. */
            endpoint?: string | null;
            /** @description Extra headers. Kept encrypted; a value as it was shown stays as it is. */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * @description Whether, where it speaks Responses, it keeps them; `false` for servers without `previous_response_id`, for which the gateway
             *     then keeps them.
             */
            keeps_responses?: boolean | null;
            /** @description `bedrock`: the region, such as `us-east-1`. It or `endpoint` is needed. */
            region?: string | null;
            /** @description `bedrock`: kept encrypted, never shown again; `null` removes it, as it was shown it stays. */
            secret_access_key?: string | null;
            /** @description `bedrock`: of temporary keys; kept encrypted, never shown again; `null` removes it, as it was shown it stays. */
            session_token?: string | null;
        };
        /** @description What has no field of its own. */
        ProviderConfigShown: {
            /** @description `bedrock`: which key signs. */
            access_key_id?: string | null;
            /** @description `azure`: the version of its API; `null` stands for the usual one. */
            api_version?: string | null;
            /** @description Whether it accepts being asked for usage. */
            ask_usage: boolean;
            /**
             * @description What it speaks: `chat`, `messages`, `responses`, `embeddings`, `gemini`, `converse`, `completions`, `moderations`, `images`,
             *     `audio`, `rerank`.
             */
            dialects: string[];
            /** @description `bedrock`: where it is instead of the region's own address. */
            endpoint?: string | null;
            /** @description Extra headers, values masked. */
            headers: {
                [key: string]: string;
            };
            /** @description Whether, where it speaks Responses, it keeps them, so that calls can go on from an earlier one. */
            keeps_responses: boolean;
            /** @description `bedrock`: the region. */
            region?: string | null;
            /** @description `bedrock`: masked; `null` when there is none. Written back as shown, it changes nothing. */
            secret_access_key?: string | null;
            /** @description `bedrock`: masked; `null` when there is none. Written back as shown, it changes nothing. */
            session_token?: string | null;
        };
        /** @description What is to change of a provider; absent fields stay. */
        ProviderEditBody: {
            /** @description Needed for loopback and private addresses. */
            allow_private_network?: boolean | null;
            /** @description `null` removes it; as it was shown it stays. */
            api_key?: string | null;
            /** @description With or without `/v1`. */
            base_url?: string | null;
            config?: components["schemas"]["ProviderConfigBody"] | null;
            /** @description For people. */
            display_name?: string | null;
            /** @description Whether it is used. */
            enabled?: boolean | null;
            /** @description Its unique name. */
            name?: string | null;
            /**
             * Format: int32
             * @description Lower is preferred for default prefixes.
             */
            priority?: number | null;
            /** @description `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`. */
            provider_type?: string | null;
        };
        /** @description How a provider has done lately. */
        ProviderHealthBody: {
            /**
             * Format: int64
             * @description Attempts that went to it.
             */
            attempts: number;
            /** @description Whether it is used. */
            enabled: boolean;
            /**
             * Format: double
             * @description Their share, 0 to 1; `null` without attempts.
             */
            error_rate?: number | null;
            /**
             * Format: int64
             * @description Those that failed through its fault.
             */
            failures: number;
            /** @description The provider. */
            id: string;
            /** @description When that was. */
            last_error_at?: string | null;
            /** @description Class of the newest failure. */
            last_error_class?: string | null;
            /** @description The newest success. */
            last_success_at?: string | null;
            /** @description Its name. */
            name: string;
            /** @description `ok`, `failing` (more than half of its attempts failed), `degraded` (more than a twentieth did), `unused` (none was made). */
            status: string;
        };
        /** @description What deleting or disabling a provider would take away. */
        ProviderImpact: {
            /** @description Models with routes to it. While there are any, it is only deleted `with_routes`. */
            models: components["schemas"]["DependentModelBody"][];
        };
        /** @description A provider that may not be saved yet. */
        ProviderTestBody: {
            /** @description Needed for loopback and private addresses. */
            allow_private_network?: boolean | null;
            /** @description The credential. */
            api_key?: string | null;
            /** @description With or without `/v1`; the public address of its type when absent. */
            base_url?: string | null;
            /** @description What has no field of its own. */
            config?: components["schemas"]["ProviderConfigBody"];
            /**
             * @description The saved provider that is being edited: what is absent here is as it is saved, and so are secrets that are sent as
             *     they were shown.
             */
            id?: string | null;
            /** @description `openai`, `anthropic`, `google`, `azure`, `bedrock`, `custom`; needed without `id`. */
            provider_type?: string | null;
        };
        /** @description How providers have done lately. */
        ProvidersHealthBody: {
            /** @description Calls that were looked at: at most the newest 1000 of that time. */
            calls: number;
            /** @description Every provider, by name. */
            items: components["schemas"]["ProviderHealthBody"][];
            /**
             * Format: int64
             * @description Length of the time that was looked at, in seconds.
             */
            window_secs: number;
        };
        /** @description What was forgotten. */
        PurgedBody: {
            /**
             * Format: int64
             * @description Answers.
             */
            purged: number;
        };
        /** @description Quantiles in milliseconds, off by a few percent at most; `null` when there is nothing to tell. */
        QuantilesBody: {
            /**
             * Format: double
             * @description Half were faster.
             */
            p50?: number | null;
            /**
             * Format: double
             * @description 95 of 100 were faster.
             */
            p95?: number | null;
            /**
             * Format: double
             * @description 99 of 100 were faster.
             */
            p99?: number | null;
        };
        /**
         * @description US dollars as decimal strings: per million tokens of a class, per image, per call. Absent classes of tokens fall back: caches
         *     and audio in the input to `input`, one hour to five minutes, reasoning and audio in the output to `output`.
         */
        RatesBody: {
            /**
             * @description Audio in the input.
             * @default null
             */
            audio_input: string | null;
            /**
             * @description Audio in the output.
             * @default null
             */
            audio_output: string | null;
            /**
             * @description Read from a prompt cache.
             * @default null
             */
            cache_read: string | null;
            /**
             * @description Written to a one-hour cache.
             * @default null
             */
            cache_write_1h: string | null;
            /**
             * @description Written to a five-minute cache.
             * @default null
             */
            cache_write_5m: string | null;
            /**
             * @description Per image made, beside its tokens.
             * @default null
             */
            image: string | null;
            /**
             * @description Input.
             * @default null
             */
            input: string | null;
            /**
             * @description Output.
             * @default null
             */
            output: string | null;
            /**
             * @description Reasoning.
             * @default null
             */
            reasoning: string | null;
            /**
             * @description Per call, beside its tokens.
             * @default null
             */
            request: string | null;
        };
        /** @description Why. */
        ReasonBody: {
            /** @description Kept with the key and in the audit trail. */
            reason?: string | null;
        };
        /** @description A refresh token, unless it comes as a cookie. */
        RefreshBody: {
            /** @description The newest refresh token of the session. */
            refresh_token?: string | null;
        };
        /** @description A model as the provider lists it. */
        RemoteModelBody: {
            /** @description Its name for people. */
            display_name?: string | null;
            /** @description Its name there. */
            id: string;
            /** @description Whether one of our models has this name, so that another cannot be made under it. */
            name_taken: boolean;
            prices?: components["schemas"]["RatesBody"] | null;
            /** @description Whether one of our models has a route to it. */
            routed: boolean;
        };
        /** @description How to rotate. */
        RotateBody: {
            /**
             * Format: int64
             * @description How long the old secret goes on working; the setting `keys.rotation_grace_secs` when absent.
             */
            grace_secs?: number | null;
        };
        /** @description A way to a provider. */
        RouteBody: {
            /**
             * @description The dialect the provider is asked in: `chat`, `responses`, `messages`, `gemini`, `converse`; `auto` chooses by the
             *     client's dialect and the model.
             */
            dialect: string;
            /** @description Whether it is used. */
            enabled: boolean;
            /** @description The route. */
            id: string;
            /**
             * Format: int32
             * @description Lower is tried first.
             */
            priority: number;
            /** @description Its name. */
            provider: string;
            /** @description The provider. */
            provider_id: string;
            /** @description What it says of routing for itself. */
            routing: components["schemas"]["RouteRoutingBody"];
            /** @description As the provider names the model. */
            upstream_model: string;
            /**
             * Format: int32
             * @description Share among routes of the same priority.
             */
            weight: number;
        };
        /** @description What a route says for itself; what is `null` is as its model or the settings say. */
        RouteRoutingBody: {
            /**
             * @description When it is left alone.
             * @default {
             *       "failure_pct": null,
             *       "min_samples": null,
             *       "open_s": null,
             *       "window_s": null
             *     }
             */
            breaker: components["schemas"]["BreakerBody"];
            /**
             * Format: int64
             * @description How many tokens a call may have there, input and output together; `null` when nothing is known.
             * @default null
             */
            context_tokens: number | null;
            /**
             * @description How long it is waited for.
             * @default {
             *       "first_byte_last_ms": null,
             *       "first_byte_ms": null,
             *       "idle_ms": null,
             *       "idle_other_ms": null,
             *       "total_s": null
             *     }
             */
            timeout: components["schemas"]["TimeoutBody"];
        };
        /** @description How a route stands in this replica. */
        RouteStandingBody: {
            /**
             * Format: int64
             * @description Tries of late that failed, and not by the caller's fault.
             */
            bad: number;
            /** @description closed: it is used; open: calls go elsewhere; half_open: it is being tried whether it works again. */
            breaker: string;
            /**
             * Format: double
             * @description Average time to the first token; `null` before one was measured.
             */
            first_token_ms?: number | null;
            /**
             * Format: int64
             * @description Tries of late that went well.
             */
            good: number;
            /** @description The class of that failure. */
            last_failure?: string | null;
            /** @description When a try last failed; `null` if none has since the start. */
            last_failure_at?: string | null;
            /** @description The route. */
            route_id: string;
            /**
             * Format: int32
             * @description How many tries it was measured by.
             */
            samples: number;
        };
        /** @description A route that is asked for. */
        RouteWishBody: {
            /** @description The dialect the provider is asked in, one that it speaks; `auto` when absent. */
            dialect?: string | null;
            /** @description Whether it is used. */
            enabled?: boolean | null;
            /**
             * Format: int32
             * @description Lower is tried first; 0 when absent.
             */
            priority?: number | null;
            /** @description Name or id of the provider. */
            provider: string;
            /** @description What it says of routing for itself; nothing when absent. */
            routing?: components["schemas"]["RouteRoutingBody"];
            /** @description As the provider names the model; the model's own name when absent. */
            upstream_model?: string | null;
            /**
             * Format: int32
             * @description Share among routes of the same priority; 100 when absent.
             */
            weight?: number | null;
        };
        /** @description What a model says of routing for itself; what is `null` is as the settings say. */
        RoutingBody: {
            /**
             * @description `conversation` or `none`.
             * @default null
             */
            affinity: string | null;
            /**
             * @description The models that take over, in order, when none of its own routes gives an answer: by name or id, at most 8.
             * @default []
             */
            fallbacks: string[];
            /**
             * @description The model that takes calls which are too long for it, by name or id.
             * @default null
             */
            larger_context: string | null;
            /**
             * @description `prefill`, `regenerate` or `off`.
             * @default null
             */
            rescue: string | null;
            /**
             * Format: int64
             * @description How often a call is tried again at a route that failed it for a moment.
             * @default null
             */
            retry_max: number | null;
            /**
             * @description `priority`, `weighted`, `latency` or `cost`.
             * @default null
             */
            strategy: string | null;
            /**
             * @description How long its routes are waited for, where they say nothing themselves.
             * @default {
             *       "first_byte_last_ms": null,
             *       "first_byte_ms": null,
             *       "idle_ms": null,
             *       "idle_other_ms": null,
             *       "total_s": null
             *     }
             */
            timeout: components["schemas"]["TimeoutBody"];
        };
        /** @description A rate limit, or a limit of calls at once. */
        RuleBody: {
            /** @description Made at. */
            created_at: string;
            /** @description The rule. */
            id: string;
            /**
             * Format: int64
             * @description The most that is let in.
             */
            max: number;
            /** @description `requests`, `tokens` or `concurrency`. */
            metric: string;
            /** @description How errors name it: `key:requests/1m`. */
            name: string;
            override?: components["schemas"]["OverrideBody"] | null;
            /** @description Whom it counts. */
            subject: components["schemas"]["SubjectBody"];
            /** @description Which calls it counts. */
            surface: string;
            /** @description Last changed at. */
            updated_at: string;
            usage?: components["schemas"]["UseBody"] | null;
            /** @description `1m`, `5m`, `1h`, `5h`, `1d`, `1w`; `null` for `concurrency`. */
            window?: string | null;
        };
        /** @description What is to change of a rate limit. */
        RuleEditBody: {
            /**
             * Format: int64
             * @description The most that is let in.
             */
            max?: number | null;
        };
        /** @description A session of one's own. */
        SessionBody: {
            /** @description Signed in at. */
            created_at: string;
            /** @description Whether this request belongs to it. */
            current: boolean;
            /** @description Ends at, unless refreshed. */
            expires_at: string;
            /** @description The session. */
            id: string;
            /** @description From where. */
            ip_address: string;
            /** @description Last refreshed at. */
            last_used_at?: string | null;
            /** @description With what. */
            user_agent: string;
        };
        /** @description A setting. */
        SettingBody: {
            /** @description What values it takes, for people. */
            allowed: string;
            /** @description When a new value acts: `at_once` (within a second, on every replica) or `at_start` of a replica. */
            applies: string;
            /** @description The default, as text. */
            default: string;
            /** @description What it does. */
            help: string;
            /** @description Dotted name. */
            key: string;
            /** @description `int`, `bool`, `word`, `zone`. */
            kind: string;
            /**
             * Format: int64
             * @description Of a number: the largest allowed.
             */
            max?: number | null;
            /**
             * Format: int64
             * @description Of a number: the smallest allowed.
             */
            min?: number | null;
            /** @description It was changed since this replica started, and acts only when it starts again. */
            pending: boolean;
            /** @description Where the value came from: `default`, `file`, `store` (changed here), `environment` (cannot be changed here). */
            source: string;
            /** @description Where the console shows it: `general`, `auth`, `gateway`, `security`, `api_keys`, `audit`, `performance`. */
            tab: string;
            /** @description Its value: a number, a boolean or a word. */
            value: Record<string, never>;
            /** @description Of a word: those allowed. */
            words: string[];
        };
        /** @description Whether the server was set up. */
        SetupStatus: {
            /** @description There is an administrator. */
            initialized: boolean;
            /** @description The opposite. */
            needs_setup: boolean;
        };
        /** @description What was spent in one period. */
        SpendingBody: {
            /** @description US dollars. */
            cost_usd: string;
            /** @description The period. */
            period: components["schemas"]["PeriodBody"];
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
            /**
             * Format: int64
             * @description Tokens, weighted as their models say.
             */
            tokens: number;
        };
        /** @description The record spool: where calls are on file before they are in the request log and the ledger. */
        SpoolBody: {
            /**
             * Format: int64
             * @description Bytes on disk.
             */
            bytes: number;
            /** @description Who reads it, and how far behind they are. */
            consumers: components["schemas"]["ConsumerBody"][];
            /**
             * Format: int64
             * @description Bytes it may take.
             */
            max_bytes: number;
            /** @description Why not. */
            message?: string | null;
            /** @description Whether new calls are admitted. */
            ok: boolean;
            /** @description Calls in progress. */
            open_calls: number;
        };
        /** @description Whom a rule counts. */
        SubjectBody: {
            /** @description An id; of a key that of its lineage, of a model its name; empty for the organisation. */
            id: string;
            /** @description `organisation`, `user`, `team`, `key`, `provider`, `route`, `model`. */
            kind: string;
            /** @description For people. */
            name: string;
        };
        /** @description Sums of calls. The input classes are disjoint; reasoning is a part of output. */
        SumsBody: {
            /**
             * Format: int64
             * @description Audio in.
             */
            audio_input_tokens: number;
            /**
             * Format: int64
             * @description Audio out.
             */
            audio_output_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a one-hour cache.
             */
            cache_write_1h_tokens: number;
            /**
             * Format: int64
             * @description Written to a five-minute cache.
             */
            cache_write_5m_tokens: number;
            /** @description US dollars, exact. */
            cost_usd: string;
            /**
             * Format: int64
             * @description Calls whose tokens were estimated.
             */
            estimated_requests: number;
            /**
             * Format: int64
             * @description Images made.
             */
            image_units: number;
            /**
             * Format: int64
             * @description Input that was not cached.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description A part of output.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
            /**
             * Format: int64
             * @description Calls whose model has no price.
             */
            unpriced_requests: number;
        };
        /** @description Rates for large inputs. */
        TierBody: {
            /**
             * Format: int64
             * @description Holds above this many input tokens, for the whole call.
             */
            above_input_tokens: number;
            /** @description What then holds; absent classes as without the tier. */
            rates: components["schemas"]["RatesBody"];
        };
        /** @description Time limits; what is `null` is as the model, or the setting `gateway.timeout` of the same name, says. */
        TimeoutBody: {
            /**
             * Format: int64
             * @description The same on the last route.
             * @default null
             */
            first_byte_last_ms: number | null;
            /**
             * Format: int64
             * @description Up to the first event of a stream while another route is left, in milliseconds.
             * @default null
             */
            first_byte_ms: number | null;
            /**
             * Format: int64
             * @description Longest silence between two events of a stream, in milliseconds.
             * @default null
             */
            idle_ms: number | null;
            /**
             * Format: int64
             * @description The same while another route is left.
             * @default null
             */
            idle_other_ms: number | null;
            /**
             * Format: int64
             * @description A complete JSON answer, in seconds.
             * @default null
             */
            total_s: number | null;
        };
        /** @description A session's tokens. Browsers get them as cookies too. */
        TokenBody: {
            /** @description For `Authorization: Bearer`. */
            access_token: string;
            /**
             * Format: int64
             * @description Life of the access token in seconds.
             */
            expires_in: number;
            /** @description For `POST /api/auth/refresh`; each works once. */
            refresh_token: string;
            /** @description Always `Bearer`. */
            token_type: string;
        };
        /** @description Tokens and cost. The input classes are disjoint; reasoning is a part of output. */
        TokensBody: {
            /**
             * Format: int64
             * @description Audio in.
             */
            audio_input_tokens: number;
            /**
             * Format: int64
             * @description Audio out.
             */
            audio_output_tokens: number;
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a one-hour cache.
             */
            cache_write_1h_tokens: number;
            /**
             * Format: int64
             * @description Written to a five-minute cache.
             */
            cache_write_5m_tokens: number;
            /** @description US dollars, exact. */
            cost_usd: string;
            /**
             * Format: int64
             * @description Images made.
             */
            image_units: number;
            /**
             * Format: int64
             * @description Input that was not cached.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description A part of output.
             */
            reasoning_tokens: number;
        };
        /** @description A model or a provider. */
        TopBody: {
            /** @description US dollars, exact. */
            cost_usd: string;
            /**
             * Format: double
             * @description Their share of its calls, 0 to 1.
             */
            error_rate: number;
            /**
             * Format: int64
             * @description Calls that failed.
             */
            errors: number;
            /**
             * Format: int64
             * @description Input tokens of all classes.
             */
            input_tokens: number;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Output tokens.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
        };
        /** @description A key or a user. */
        TopCallerBody: {
            /** @description US dollars, exact. */
            cost_usd: string;
            /** @description The newest key of its lineage, or the user. */
            id: string;
            /** @description Of a key: what outlives rotation. The request log has all the calls that are counted here under it. */
            key_lineage_id?: string | null;
            /** @description Of a key: its first characters. */
            key_prefix?: string | null;
            /** @description The key's name, or the user's address. */
            name: string;
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
        };
        /** @description Sums of a time. The input classes are disjoint; reasoning is a part of output. */
        TotalsBody: {
            /**
             * Format: int64
             * @description Read from a cache.
             */
            cache_read_tokens: number;
            /**
             * Format: int64
             * @description Written to a one-hour cache.
             */
            cache_write_1h_tokens: number;
            /**
             * Format: int64
             * @description Written to a five-minute cache.
             */
            cache_write_5m_tokens: number;
            /** @description US dollars, exact. */
            cost_usd: string;
            /** @description How long calls took. */
            duration_ms: components["schemas"]["QuantilesBody"];
            /**
             * Format: double
             * @description Their share of all calls, 0 to 1; `null` without calls.
             */
            error_rate?: number | null;
            /**
             * Format: int64
             * @description Calls that failed: every outcome but `ok` and `cancelled`.
             */
            errors: number;
            /**
             * Format: int64
             * @description Input that was not cached.
             */
            input_tokens: number;
            /** @description Calls by outcome: ok, client_error, refused, upstream_error, cancelled, interrupted. Those without calls are absent. */
            outcomes: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Output.
             */
            output_tokens: number;
            /**
             * Format: int64
             * @description A part of output.
             */
            reasoning_tokens: number;
            /**
             * Format: int64
             * @description Calls.
             */
            requests: number;
            /**
             * Format: double
             * @description Output tokens per second of answering, over all calls; `null` without calls.
             */
            tokens_per_second?: number | null;
            /** @description Time to the first event of those calls that had one. */
            ttft_ms: components["schemas"]["QuantilesBody"];
        };
        /** @description A call that is only thought of. */
        TrialBody: {
            /**
             * Format: int64
             * @description How long its body is; 4000 when absent.
             */
            input_bytes?: number | null;
            /** @description With which key. */
            key_id?: string | null;
            /**
             * Format: int64
             * @description The most output it allows (`max_tokens`).
             */
            max_output_tokens?: number | null;
            /** @description The model, as clients name it. */
            model: string;
            /** @description By which user, without a key; whoever asks when both are absent. */
            user_id?: string | null;
        };
        /** @description Usage. */
        UsageBody: {
            /** @description From. */
            from: string;
            /** @description A row per group. */
            items: components["schemas"]["UsageRow"][];
            /** @description Until. */
            to: string;
            /** @description Everything together. */
            total: components["schemas"]["SumsBody"];
        };
        /** @description A group and its sums. */
        UsageRow: components["schemas"]["SumsBody"] & {
            /** @description The group's values by name. */
            group: {
                [key: string]: string | null;
            };
        };
        /** @description How a rule stands now. */
        UseBody: {
            /**
             * Format: double
             * @description How much of the max in force is used or reserved; above 100 when it was overrun.
             */
            percent: number;
            /** @description What is left until the max in force. */
            remaining: components["schemas"]["Amount"];
            /** @description Of a budget: what calls on their way may yet spend. */
            reserved: components["schemas"]["Amount"];
            /** @description What counts: calls, tokens or dollars; of a budget without what was forgiven. */
            used: components["schemas"]["Amount"];
        };
        /** @description A user. */
        UserBody: {
            /** @description Whether they may act. */
            active: boolean;
            /** @description Made at. */
            created_at: string;
            /** @description For people. */
            display_name: string;
            /** @description Lower-case address; of a service account, its name. */
            email: string;
            /** @description The user. */
            id: string;
            /** @description Global roles. */
            roles: string[];
            /** @description Whether it is a machine. */
            service_account: boolean;
            /** @description Last changed at. */
            updated_at: string;
        };
        /** @description What is to change of a user; absent fields stay. */
        UserEditBody: {
            /** @description Deactivating ends every session and every key at once. */
            active?: boolean | null;
            /** @description For people. */
            display_name?: string | null;
            /** @description Address. */
            email?: string | null;
            /** @description All global roles. */
            roles?: string[] | null;
        };
        /** @description What deactivating or deleting a user would end. */
        UserImpact: {
            /**
             * Format: int64
             * @description Keys that are not revoked.
             */
            keys: number;
            /**
             * Format: int64
             * @description Sessions that go on.
             */
            sessions: number;
        };
        /** @description The version. */
        VersionBody: {
            /** @description Always `thinkwatch`. */
            name: string;
            /** @description The version. */
            version: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
